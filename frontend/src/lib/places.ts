import { mdiImageMultipleOutline, mdiPoll, mdiTrayFull } from '@mdi/js'
import { computed, type ComputedRef } from 'vue'
import { useSession } from '@/stores/session'

export interface NavigationPlace {
  to: string
  label: string
  icon: string
}

/** Where the navigation leads; surveys are made by staff. */
export function usePlaces(): ComputedRef<NavigationPlace[]> {
  const session = useSession()
  return computed(() => [
    { to: '/', label: 'nav.photos', icon: mdiImageMultipleOutline },
    { to: '/batches', label: 'nav.batches', icon: mdiTrayFull },
    ...(session.isStaff ? [{ to: '/surveys', label: 'nav.surveys', icon: mdiPoll }] : []),
  ])
}
