#!/usr/bin/env node
import { existsSync } from 'node:fs'

const built = new URL('../dist/main.js', import.meta.url)
if (!existsSync(built)) {
  process.stderr.write('yuzhi 还没有编译：请先在仓库根目录运行 npm run demo 或 npm test。\nyuzhi is not built yet: run npm run demo or npm test in the repository root first.\n')
  process.exit(1)
}
await import(built.href)
