// The only place that builds what browsers load: static/{people,sandbox,shared} become static/built/<side>, minified,
// named by their content, compressed beside themselves, and listed in manifest.json.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DAY = 24 * 60 * 60 * 1000
const LUCIDE = join(ROOT, 'node_modules/lucide-static/icons')

class Unbuildable extends Error {}

try {
  await Promise.all(['people', 'sandbox'].map(buildSide))
} catch (fault) {
  if (!(fault instanceof Unbuildable) && !fault.errors) throw fault
  if (fault instanceof Unbuildable) console.error(fault.message) // esbuild has printed its own
  process.exitCode = 1
}

async function buildSide(side) {
  const [files, manifest] = await bundle(side)
  const names = iconsNamedBy(side)
  const sprite = add('icons.svg', spriteOf(names))
  for (const name of names) manifest[`icons.svg#${name}`] = `${sprite}#${name}`
  add('favicon.svg', readFileSync(join(ROOT, 'static/shared/favicon.svg')))
  files.set('licenses.txt', licenses())
  files.set('manifest.json', Buffer.from(JSON.stringify(manifest, null, 2)))
  write(side, files)

  function add(name, text) {
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()
    manifest[name] = `${basename(name, extname(name))}-${hash}${extname(name)}`
    files.set(manifest[name], Buffer.from(text))
    return manifest[name]
  }
}

async function bundle(side) {
  const folder = join(ROOT, 'static', side)
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(folder, `${side}.css`), join(folder, `${side}.js`)],
    outdir: join(ROOT, 'static/built', side),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file' },
    bundle: true,
    splitting: true, // what reads files is a chunk of its own, fetched by the page that uses it
    format: 'esm',
    target: 'esnext',
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const manifest = {}
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    if (output.entryPoint) manifest[basename(output.entryPoint)] = basename(path)
    if (path.endsWith('.woff2')) manifest['font.woff2'] = basename(path)
  }
  const files = new Map(result.outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]))
  for (const file of standingAlone(folder)) await addAlone(file)
  return [files, manifest]

  // One file each: a worker may load nothing, and what others' pages load of ours finds nothing beside it.
  async function addAlone(path) {
    const { outputFiles } = await build({
      absWorkingDir: ROOT,
      entryPoints: [path],
      outdir: join(ROOT, 'static/built', side),
      entryNames: '[name]-[hash]',
      bundle: true,
      format: 'iife',
      target: 'esnext',
      minify: true,
      legalComments: 'none',
      write: false,
      logLevel: 'warning',
    })
    const name = basename(outputFiles[0].path)
    manifest[basename(path)] = name
    files.set(name, Buffer.from(outputFiles[0].contents))
  }
}

function standingAlone(folder) {
  const files = readdirSync(folder, { recursive: true })
  const names = files.filter((name) => ['worker.js', 'loader.js'].includes(basename(name)))
  return names.map((name) => join(folder, name))
}

// A name counts in `icon('…')`, in `icon = "…"`, or among the values of a mapping called `…ICONS`.
function iconsNamedBy(side) {
  const names = new Set()
  for (const file of [`templates/${side}`, 'templates/shared', `portal/${side}`, 'content'].flatMap(filesUnder)) {
    for (const name of iconsIn(readFileSync(file, 'utf8'))) {
      if (existsSync(pathOf(name))) names.add(name)
      else throw new Unbuildable(`${relative(ROOT, file)} names the icon "${name}", unknown to Lucide.`)
    }
  }
  return [...names].sort()
}

function* iconsIn(text) {
  for (const [, words] of text.matchAll(/\bicon\(([^,)]*)/g)) yield* groups(words, /['"]([\w-]+)['"]/g)
  yield* groups(text, /\bicon['"]?\s*[:=]\s*['"]([\w-]+)['"]/g)
  for (const [, words] of text.matchAll(/icons\b[^={]*=\s*\{([^}]*)\}/gi)) yield* groups(words, /:\s*['"]([\w-]+)['"]/g)
}

function groups(text, pattern) {
  return Array.from(text.matchAll(pattern), (found) => found[1])
}

function filesUnder(folder) {
  if (!existsSync(join(ROOT, folder))) return []
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(html|md|py|toml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

function pathOf(name) {
  return join(LUCIDE, `${name}.svg`)
}

function spriteOf(names) {
  const symbols = names.map((name) => {
    const drawing = readFileSync(pathOf(name), 'utf8').match(/<svg[^>]*>([^]*)<\/svg>/)[1].replace(/\s*\n\s*/g, '')
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`
}

// What is built in part from others' work carries their terms.
function licenses() {
  const packages = [
    ...['@fontsource-variable/atkinson-hyperlegible-next', 'lucide-static'],
    ...['@zip.js/zip.js', 'htmlparser2', 'entities', 'domelementtype', 'domhandler', 'domutils', 'papaparse'],
    ...['altcha', 'hls.js'],
  ]
  const terms = (name) => {
    const path = join(ROOT, 'node_modules', name, 'LICENSE')
    return readFileSync(existsSync(path) ? path : `${path}.txt`, 'utf8').trim()
  }
  return Buffer.from(packages.map((name) => `${name}\n\n${terms(name)}\n`).join('\n\n'))
}

// A server that is running still names the build before this one, so its files stay for a day.
function write(side, files) {
  const folder = join(ROOT, 'static/built', side)
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of files) {
    put(join(folder, name), bytes)
    if (!/\.(css|js|svg)$/.test(name)) continue
    put(join(folder, `${name}.br`), brotliCompressSync(bytes))
    put(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
  }
  for (const name of readdirSync(folder)) {
    const isOld = statSync(join(folder, name)).mtimeMs < Date.now() - DAY
    if (isOld && /-[0-9A-Z]{8}\./.test(name)) rmSync(join(folder, name))
  }
}

// Whole or not at all.
function put(path, bytes) {
  writeFileSync(`${path}.new`, bytes)
  renameSync(`${path}.new`, path)
}
