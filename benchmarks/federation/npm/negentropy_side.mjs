// Negentropy, as NIP-77 has it, over HTTP: find out which ids differ, then fetch what is missing.
//
// node negentropy_side.mjs serve FOLDER PORT            serve; records come in by POST /publish
// node negentropy_side.mjs pull SERVED FOLDER PORT KEEP bring the client in FOLDER up to date
//
// An event is a line: [second, name, body]. Its id is the SHA-256 of the line. KEEP is `all` when
// replaced events stay in the set, `live` when they leave it.

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ask, gather, measure, send, sendPacked, serve, sha256 } from './line.mjs'
import { Negentropy, NegentropyStorageVector } from './node_modules/applesauce-relay/dist/lib/negentropy.js'

const BATCH = 1000
const BYTES = 32
const EVENTS = 'application/x-ndjson'

/** Events by id, and which of them is the latest of its name. */
class Events {
  byId = new Map()
  latest = new Map()

  constructor(keep) {
    this.keepsAll = keep === 'all'
  }

  /** Take a line in that has this id; the newest of a name wins. */
  add(id, line) {
    const [at, name] = JSON.parse(line)
    const event = { id, at, name, line }
    const known = this.latest.get(name)
    const wins = !known || known.at < at
    if (wins) this.latest.set(name, event)
    this.byId.set(id, event)
    const loser = wins ? known : event
    if (loser && !this.keepsAll) this.byId.delete(loser.id)
  }

  /** Return the set of ids, ready to be compared. */
  set() {
    const storage = new NegentropyStorageVector()
    for (const { at, id } of this.byId.values()) storage.insert(at, id)
    storage.seal()
    return storage
  }
}

/** Return a comparison of a set that speaks bytes, not hex. */
function comparing(storage) {
  const made = new Negentropy(storage)
  made.wantUint8ArrayOutput = true
  return made
}

function startServing(folder, port) {
  mkdirSync(folder, { recursive: true })
  let events
  let storage
  let second = 1_790_000_000
  serve(port, {
    '/publish': async (request, response) => {
      const { keep, records } = JSON.parse(await gather(request))
      events ??= new Events(keep)
      for (const [name, body] of Object.entries(records)) {
        second += 1
        const line = `[${second},${JSON.stringify(name)},${body}]`
        events.add(sha256(line), line)
      }
      storage = events.set()
      send(response)
    },
    '/compare': async (request, response) => {
      const [answer] = await comparing(storage).reconcile(await gather(request))
      send(response, answer)
    },
    '/events': async (request, response) => {
      const ids = split((await gather(request)).toString('hex'))
      const lines = ids.map((id) => `${events.byId.get(id).line}\n`)
      await sendPacked(request, response, EVENTS, [lines.join('')])
    },
  })
}

/** Return ids of 32 bytes, in hex, from many in a row. */
const split = (hex) => hex.match(new RegExp(`.{${2 * BYTES}}`, 'g')) ?? []

/** Read what the client kept: its lines, in the order they came. */
function open(path, keep) {
  const events = new Events(keep)
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  for (const line of lines) if (line) events.add(sha256(line), line)
  return events
}

/** Find out which ids the server has and the client lacks. */
async function compare(storage, port) {
  const one = comparing(storage)
  const needed = []
  let message = await one.initiate()
  while (message) {
    const [next, , need] = await one.reconcile(await ask(port, '/compare', message))
    needed.push(...need)
    message = next
  }
  return needed
}

/** Fetch these events; refuse what does not have the hash it was asked by. */
async function fetchAll(needed, events, path, port) {
  for (let at = 0; at < needed.length; at += BATCH) {
    const ids = needed.slice(at, at + BATCH)
    const answer = await ask(port, '/events', Buffer.concat(ids))
    const lines = answer.toString().split('\n').slice(0, -1)
    if (lines.length !== ids.length) throw new Error(`${ids.length - lines.length} events lack`)
    for (const [place, line] of lines.entries()) {
      const id = Buffer.from(ids[place]).toString('hex')
      if (sha256(line) !== id) throw new Error(`not the event ${id}`)
      events.add(id, line)
    }
    appendFileSync(path, answer)
  }
}

/** Return name and hash of every body the client has. */
function holdings(events) {
  const held = {}
  for (const { at, name, line } of events.latest.values()) {
    held[name] = sha256(line.slice(`[${at},${JSON.stringify(name)},`.length, -1))
  }
  return held
}

async function pull(_served, folder, port, keep) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'events.ndjson')
  const events = open(path, keep)
  const storage = events.set()
  await measure(
    async () => fetchAll(await compare(storage, port), events, path, port),
    () => 0,
    `${folder}.held.json`,
    () => holdings(events),
  )
}

const [what, ...words] = process.argv.slice(2)
await (what === 'serve' ? startServing(...words) : pull(...words))
