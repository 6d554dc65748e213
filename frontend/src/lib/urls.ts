/** Addresses of pictures: what an <img> or a download link asks for. */

export const originalUrl = (photo: string) => `/api/v1/photos/${photo}/original`
export const photoViewUrl = (photo: string, side: number) => `/api/v1/photos/${photo}/view?side=${side}`
export const pictureUrl = (version: string) => `/api/v1/versions/${version}/picture`
export const versionViewUrl = (version: string, side: number) =>
  `/api/v1/versions/${version}/picture?view=${side}`
export const filmUrl = (job: string) => `/api/v1/jobs/${job}/film`
export const zipUrl = (job: string) => `/api/v1/jobs/${job}/zip`
export const surveyExportUrl = (slug: string, ending: 'csv' | 'json') =>
  `/api/v1/surveys/${slug}/export.${ending}`

/** Have the browser save what stands at an address of ours. */
export function download(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  document.body.append(link)
  link.click()
  link.remove()
}
