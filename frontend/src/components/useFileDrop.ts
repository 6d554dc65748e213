import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { droppedFiles } from '@/lib/files'

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/** Takes files that are dropped anywhere on the page; answers whether some are held over it. */
export function useFileDrop(give: (files: File[]) => void): Ref<boolean> {
  const over = ref(false)
  let depth = 0

  function enter(event: DragEvent): void {
    if (!carriesFiles(event)) return
    depth += 1
    over.value = true
  }
  function leave(event: DragEvent): void {
    if (!carriesFiles(event)) return
    depth = Math.max(0, depth - 1)
    over.value = depth > 0
  }
  function hover(event: DragEvent): void {
    if (carriesFiles(event)) event.preventDefault()
  }
  async function drop(event: DragEvent): Promise<void> {
    if (!event.dataTransfer || !carriesFiles(event)) return
    event.preventDefault()
    depth = 0
    over.value = false
    give(await droppedFiles(event.dataTransfer))
  }

  onMounted(() => {
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', hover)
    window.addEventListener('drop', drop)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('dragenter', enter)
    window.removeEventListener('dragleave', leave)
    window.removeEventListener('dragover', hover)
    window.removeEventListener('drop', drop)
  })
  return over
}
