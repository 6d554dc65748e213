import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { onReach, reportReach } from './api/client'
import { ServerGone } from './api/errors'
import { useNotices } from './stores/notices'
import { useSession } from './stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Anyone may open it: a rater has only the link. */
    open?: boolean
    /** Without the application's navigation. */
    bare?: boolean
    /** Work on one thing: the picture gets the room of the tabs. */
    deep?: boolean
    title?: string
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'photos', component: () => import('./views/PhotosView.vue'), meta: { title: 'nav.photos' } },
  {
    path: '/photo/:id',
    name: 'editor',
    component: () => import('./views/EditorView.vue'),
    props: true,
    meta: { deep: true, title: 'nav.editor' },
  },
  {
    path: '/batches',
    name: 'batches',
    component: () => import('./views/BatchesView.vue'),
    meta: { title: 'nav.batches' },
  },
  {
    path: '/surveys',
    name: 'surveys',
    component: () => import('./views/SurveysView.vue'),
    meta: { title: 'nav.surveys' },
  },
  {
    path: '/surveys/:slug/results',
    name: 'results',
    component: () => import('./views/ResultsView.vue'),
    props: true,
    meta: { title: 'nav.results' },
  },
  {
    path: '/s/:slug',
    name: 'rate',
    component: () => import('./views/RateView.vue'),
    props: true,
    meta: { open: true, bare: true, title: 'nav.rate' },
  },
  {
    path: '/login',
    name: 'login',
    component: () => import('./views/LoginView.vue'),
    meta: { open: true, bare: true, title: 'nav.login' },
  },
  {
    path: '/:rest(.*)*',
    name: 'missing',
    component: () => import('./views/MissingView.vue'),
    meta: { title: 'nav.missing' },
  },
]

export const router = createRouter({ history: createWebHistory(), routes })

// A view's script did not come: the server is gone, and the view opens once it is back; or the page
// was built anew meanwhile, and is loaded afresh.
router.onError(async (_error, to) => {
  const answered = await fetch('/healthz', { cache: 'no-store' }).catch(() => null)
  if (answered) {
    window.location.assign(to.fullPath)
    return
  }
  reportReach(false)
  const stop = onReach((reachable) => {
    if (!reachable) return
    stop()
    window.location.assign(to.fullPath)
  })
})

router.beforeEach(async (to) => {
  const session = useSession()
  try {
    await session.ready(typeof to.query.token === 'string' ? to.query.token : undefined)
  } catch (error) {
    // A gone server has its banner, and this view opens once it is back; a wrong token is told.
    if (!(error instanceof ServerGone)) useNotices().fail(error)
  }
  if (to.query.token) return { ...to, query: { ...to.query, token: undefined }, replace: true }
  if (to.name === 'login' && session.session && !session.needs) return { name: 'photos' }
  if (session.needs && !to.meta.open) return { name: 'login', query: { next: to.fullPath } }
  return true
})
