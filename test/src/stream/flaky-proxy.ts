import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** What the way to a server is like. */
export type Weather = 'fine' | 'away' | 'slow' | 'cut'

export interface FlakyProxy {
  port: number
  set: (weather: Weather) => void
  /** Connections that were turned away or cut. */
  broken: () => number
  close: () => Promise<void>
}

const SLOW_MS = 1_500

/** A way to a local server that can be closed (`away`), slow, or cut off just when an answer comes back (`cut`). */
export async function openFlakyProxy(target: number): Promise<FlakyProxy> {
  let weather: Weather = 'fine'
  let broken = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    if (weather === 'away') {
      broken++
      client.destroy()
      return
    }
    const upstream = connect(target, '127.0.0.1')
    for (const [socket, other] of [[client, upstream], [upstream, client]]) {
      sockets.add(socket)
      socket.on('error', () => { other.destroy() })
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (chunk) => upstream.write(chunk))
    upstream.on('data', (chunk) => {
      if (weather === 'cut') {
        // The server has done its work; nobody hears of it.
        broken++
        client.destroy()
      } else if (weather === 'slow') setTimeout(() => { if (!client.destroyed) client.write(chunk) }, SLOW_MS)
      else client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      weather = next
      if (next === 'away') for (const socket of sockets) socket.destroy()
    },
    broken: () => broken,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    },
  }
}
