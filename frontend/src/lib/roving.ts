/**
 * Arrow keys in a row of tabs or radio buttons: the next one is focused and pressed, as people who
 * use the keyboard expect of such a row. Only the chosen one is reached by Tab.
 */
export function roving(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
  if (!step) return
  const row = event.currentTarget as HTMLElement
  const buttons = [...row.querySelectorAll<HTMLElement>('[role=tab], [role=radio]')]
  const at = buttons.indexOf(event.target as HTMLElement)
  const next = buttons[(at + step + buttons.length) % buttons.length]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus()
  next.click()
}
