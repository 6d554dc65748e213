import './styles/reset.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'
import { installVuetify } from './vuetify'
import './styles/main.css'

const app = createApp(App)
app.use(createPinia())
app.use(i18n)
installVuetify(app)
app.use(router)
app.mount('#app')
