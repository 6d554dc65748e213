import type { Directive } from 'vue'

/**
 * Puts the cursor into the first field, unless it stands in one already.
 *
 * Vuetify's own `autofocus` waits until the field is seen, and then a while: it takes the cursor from
 * a person or a password manager that types by then, who goes on in the wrong field.
 */
export function focusFirst(root: HTMLElement): void {
  if (root.contains(document.activeElement)) return
  root.querySelector<HTMLElement>('input, textarea')?.focus()
}

/** The same for a form, in the moment in which it appears. */
export const vFocusFirst: Directive<HTMLElement> = { mounted: focusFirst }
