import { csrfToken, reportReach } from './client'
import { ApiError, ServerGone } from './errors'
import type { Photo } from './types'

/**
 * Send one picture. XMLHttpRequest, since fetch does not tell how far an upload has come.
 *
 * @param onProgress share of the bytes sent, 0..1
 */
export function uploadPhoto(
  file: File,
  kind: Photo['kind'],
  onProgress: (share: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Photo> {
  const form = new FormData()
  form.append('kind', kind)
  form.append('file', file, file.name)
  return send<Photo>('/api/v1/photos', form, onProgress, signal)
}

export function send<T>(
  url: string,
  form: FormData,
  onProgress: (share: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.setRequestHeader('X-CSRFToken', csrfToken())
    request.setRequestHeader('Accept', 'application/json')
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      reportReach(true)
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as T)
      else {
        const retryAfter = request.getResponseHeader('Retry-After')
        reject(ApiError.fromText(request.responseText, request.status, retryAfter))
      }
    }
    request.onerror = () => {
      reportReach(false)
      reject(new ServerGone())
    }
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'))
    signal?.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}
