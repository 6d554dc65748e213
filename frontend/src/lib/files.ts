/** The files of a drop, a paste or a choice, with folders opened; only what may be a picture. */

const ENDINGS =
  /\.(jpe?g|jfif|png|tiff?|webp|avif|heic|heif|bmp|gif|jp2|j2k|pbm|pgm|ppm|pnm|dng|cr2|cr3|nef|arw|raf|orf|rw2)$/i

export function isPicture(file: File): boolean {
  return file.type.startsWith('image/') || ENDINGS.test(file.name)
}

const FILM_ENDINGS = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|m2ts|mts|ts|wmv|flv|ogv|mxf|3gp|vob)$/i

export function films(files: Iterable<File>): File[] {
  return [...files].filter((file) => file.type.startsWith('video/') || FILM_ENDINGS.test(file.name))
}

export function pictures(files: Iterable<File>): File[] {
  return [...files].filter(isPicture)
}

/** All files of a drop, those in dropped folders too. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // The entries are only there during the event: all are taken before the first wait.
  const entries = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile())
  const found = await Promise.all(entries.map((entry) => (entry ? filesOf(entry) : [])))
  return found.flat()
}

async function filesOf(entry: FileSystemEntry | File): Promise<File[]> {
  if (entry instanceof File) return [entry]
  if (entry.isFile) {
    const file = entry as FileSystemFileEntry
    return [await new Promise<File>((resolve, reject) => file.file(resolve, reject))]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const files: File[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return files
    files.push(...(await Promise.all(some.map(filesOf))).flat())
  }
}

export function pastedFiles(event: ClipboardEvent): File[] {
  return pictures(event.clipboardData?.files ?? [])
}
