// What both npm peers share: HTTP over one line that stays open, the body of a request, the clock.

import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

/** Return the hex SHA-256 of bytes. */
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** Return all the bytes of a stream. */
export async function gather(stream) {
  const pieces = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Ask a port of loopback; a body makes it a POST. Return the bytes of the answer, unpacked. */
export function ask(port, path, body) {
  const headers = { 'Accept-Encoding': 'gzip' }
  if (body) headers['Content-Length'] = body.length
  const options = { host: '127.0.0.1', port, path, agent, headers, method: body ? 'POST' : 'GET' }
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`))
      const packed = response.headers['content-encoding'] === 'gzip'
      gather(packed ? response.pipe(createGunzip()) : response).then(resolve, reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Send pieces as they come, packed when the client reads gzip. */
export async function sendPacked(request, response, type, pieces) {
  const packs = (request.headers['accept-encoding'] ?? '').includes('gzip')
  response.writeHead(200, {
    'Content-Type': type,
    ...(packs ? { 'Content-Encoding': 'gzip' } : {}),
  })
  const stages = packs ? [createGzip(), response] : [response]
  await pipeline(Readable.from(pieces), ...stages)
}

/** Send bytes as they are: hashes do not pack. */
export function send(response, bytes = Buffer.alloc(0)) {
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': bytes.length,
  })
  response.end(bytes)
}

/** Serve on a port of loopback; `routes` maps a path to a function of request, response, address. */
export function serve(port, routes) {
  const server = http.createServer((request, response) => {
    const address = new URL(request.url, 'http://127.0.0.1')
    const answer = routes[address.pathname]
    if (!answer) return response.writeHead(404).end()
    answer(request, response, address).catch((error) => {
      console.error(error)
      response.headersSent ? response.destroy() : response.writeHead(500).end()
    })
  })
  server.listen(Number(port), '127.0.0.1')
}

/** Do the work of a client, tell what it cost, then write what it holds, which is not counted. */
export async function measure(work, signatures, heldPath, held) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1000
  const used = process.cpuUsage(cpu)
  agent.destroy()
  writeFileSync(heldPath, JSON.stringify(await held()))
  const said = { seconds, cpu: (used.user + used.system) / 1e6, signatures: signatures() }
  console.log(JSON.stringify(said))
}
