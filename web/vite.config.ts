import vue from '@vitejs/plugin-vue'
import { resolve } from 'node:path'
import { compression } from 'vite-plugin-compression2'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vite'

const at = (path: string) => resolve(import.meta.dirname, path)
const APPS = ['wallet', 'till', 'console']
const server = process.env.QIANBAO_URL ?? 'http://localhost:8088'

export default defineConfig({
  root: import.meta.dirname,
  // Words are compiled by base/i18n.ts: the library's compiler knows much that they do not use.
  resolve: { alias: { '@': at('src'), 'vue-i18n': 'vue-i18n/dist/vue-i18n.runtime.mjs' } },
  plugins: [
    vue({ features: { optionsAPI: false } }),
    VitePWA({
      // Registered by base/offline.ts: the policy allows no inline script. The manifests stand in public/.
      injectRegister: null,
      manifest: false,
      registerType: 'autoUpdate',
      workbox: {
        globPatterns: ['*.html', 'assets/*.{js,css,wasm}', '*.svg', '*.webmanifest'],
        globIgnores: ['console.html', 'assets/*chart*', 'assets/console*'],
        navigateFallback: 'index.html',
        navigateFallbackDenylist: [/^\/(api|docs|till|console|sandbox|metrics|healthz|readyz|openapi|ca)\b/],
        runtimeCaching: [
          {
            urlPattern: ({ request, url }) => request.mode === 'navigate' && url.pathname.startsWith('/till'),
            handler: 'NetworkFirst',
            options: { cacheName: 'till' },
          },
        ],
      },
    }),
    // The first paint is of the page's own few lines and its style: scripts come after those on a slow line.
    {
      name: 'paint-first',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => html.replace(/<(script type="module"|link rel="modulepreload")/g, '$& fetchpriority="low"'),
      },
    },
    compression({ algorithms: ['gzip', 'brotliCompress'], include: /\.(js|css|html|svg|wasm|webmanifest)$/, threshold: 512 }),
  ],
  // Parts of the libraries that no page uses are not sent to a phone.
  define: { __VUE_I18N_FULL_INSTALL__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  server: { proxy: { '/api': server, '/docs': server, '/openapi.json': server } },
  build: {
    outDir: at('../src/qianbao/api/built'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { wallet: at('index.html'), till: at('till.html'), console: at('console.html') },
      // A file an icon and a file a shared component would be fifty requests on a phone. What the first pages need
      // stands apart from what the others share.
      output: {
        codeSplitting: {
          groups: [
            // Two files of a size come sooner than one of twice that: each line starts slowly.
            { name: 'vue', test: /node_modules[\\/]@?vue[\\/]/, priority: 4 },
            { name: 'libraries', test: /node_modules[\\/](vue-|@intlify|@tanstack[\\/](query-core|vue-query)|openapi-fetch)/, priority: 4 },
            { name: 'base', test: /src[\\/](base|api)[\\/]|lucide-vue-next/, tags: ['$initial'], priority: 3 },
            // Not its main.ts: whoever loads that starts the app.
            ...APPS.map((app) => ({ name: app, test: new RegExp(`src[\\\\/]${app}[\\\\/](?!main)`), tags: ['$initial' as const], priority: 2 })),
            ...APPS.map((app) => ({ name: `${app}-shared`, test: new RegExp(`src[\\\\/]${app}[\\\\/]`), minShareCount: 3, priority: 1 })),
            { name: 'shared', test: /web[\\/]src[\\/](base|api)[\\/]|uqr/, minShareCount: 3 },
            { name: 'icons', test: /lucide-vue-next/ },
          ],
        },
      },
    },
  },
})
