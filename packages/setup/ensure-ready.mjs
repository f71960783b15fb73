// Makes a clone ready to run: installs and builds what is missing, says so, and is quick where nothing is.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const STAMP = path.join(ROOT, 'node_modules', '.yuzhi-installed')
const SEGMENTER = path.join(ROOT, 'node_modules', 'nodejieba', 'build', 'Release', 'nodejieba.node')

const major = Number(process.versions.node.split('.')[0])
if (major < 20) fail(`需要 Node 20 或更新版本（现为 ${process.versions.node}）：请从 https://nodejs.org 安装。 / Yuzhi needs Node 20 or newer (this is ${process.versions.node}): install it from https://nodejs.org.`)

const lock = createHash('sha256').update(readFileSync(path.join(ROOT, 'package-lock.json'))).update(process.versions.modules).digest('hex')
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== lock || !existsSync(SEGMENTER)) {
  say('正在安装依赖，首次约一分钟…… / Installing packages, about a minute the first time…')
  const { status, output } = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (status !== 0 || !existsSync(SEGMENTER)) {
    if (!hasCompiler()) fail('缺少 C++ 编译器（nodejieba 需要）：请安装 g++、make 和 python3，例如 apt-get install build-essential python3。 / A C++ compiler is missing (nodejieba needs one): install g++, make and python3, for instance with apt-get install build-essential python3.')
    process.stderr.write(output)
    fail('安装失败，原因见上。 / The installation failed; the reason stands above.')
  }
  writeFileSync(STAMP, lock)
}

if (!existsSync(path.join(ROOT, 'packages', 'cli', 'dist', 'main.js'))) say('正在编译，约半分钟…… / Building, about half a minute…')
const build = run('npx', ['turbo', 'run', 'build', '--output-logs=errors-only', '--log-prefix=none'])
if (build.status !== 0) {
  process.stderr.write(build.output)
  fail('编译失败，原因见上。 / The build failed; the reason stands above.')
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  })
  return { status, output: `${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}` }
}

function hasCompiler() {
  return ['g++', 'c++', 'clang++'].some((name) => spawnSync(name, ['--version']).status === 0)
}

function say(message) {
  process.stderr.write(`${message}\n`)
}

function fail(message) {
  say(message)
  process.exit(1)
}
