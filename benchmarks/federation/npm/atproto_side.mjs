// An AT Protocol repository: one signed tree of records, sent as CAR files the way a PDS sends it.
//
// node atproto_side.mjs serve FOLDER PORT          serve; records come in by POST /publish
// node atproto_side.mjs pull SERVED FOLDER PORT    bring the client in FOLDER up to date

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { Secp256k1Keypair, secp256k1Plugin } from '@atproto/crypto'
import {
  cborToLexRecord,
  getFullRepo,
  MemoryBlockstore,
  MST,
  readCarWithRoot,
  Repo,
  verifyDiff,
  verifyRepo,
  writeCarStream,
} from '@atproto/repo'

import { ask, gather, measure, send, sendPacked, serve, sha256 } from './line.mjs'

const COLLECTION = 'example.kpa.resource'
const DID = 'did:web:example.org'
const GET_REPO = '/xrpc/com.atproto.sync.getRepo'
const CAR = 'application/vnd.ipld.car'

/** The repository as its server keeps it: blocks, and the revision each of them came with. */
class Kept {
  storage = new MemoryBlockstore()
  cameWith = new Map()
  repo = null

  constructor(keypair) {
    this.keypair = keypair
  }

  /** Take records in, as one signed commit. */
  async publish(records) {
    const writes = []
    for (const [rkey, body] of Object.entries(records)) {
      const known = await this.repo?.data.get(`${COLLECTION}/${rkey}`)
      const record = { $type: COLLECTION, ...JSON.parse(body) }
      writes.push({ action: known ? 'update' : 'create', collection: COLLECTION, rkey, record })
    }
    const commit = this.repo
      ? await this.repo.formatCommit(writes, this.keypair)
      : await Repo.formatInitCommit(this.storage, DID, this.keypair, writes)
    await this.storage.applyCommit(commit)
    for (const cid of commit.removedCids.toList()) this.cameWith.delete(cid.toString())
    commit.newBlocks.forEach((_bytes, cid) => this.cameWith.set(cid.toString(), [commit.rev, cid]))
    this.repo = await Repo.load(this.storage, commit.cid)
  }

  /** Yield the bytes of a CAR: everything, or the blocks that came after a revision. */
  car(since) {
    return since
      ? writeCarStream(this.repo.cid, this.after(since))
      : getFullRepo(this.storage, this.repo.cid)
  }

  async *after(since) {
    for (const [rev, cid] of this.cameWith.values()) {
      if (rev > since) yield { cid, bytes: await this.storage.getBytes(cid) }
    }
  }
}

async function startServing(folder, port) {
  mkdirSync(folder, { recursive: true })
  const keypair = await Secp256k1Keypair.create()
  writeFileSync(join(folder, 'key'), keypair.did())
  const kept = new Kept(keypair)
  serve(port, {
    '/publish': async (request, response) => {
      await kept.publish(JSON.parse(await gather(request)).records)
      send(response)
    },
    [GET_REPO]: (request, response, address) =>
      sendPacked(request, response, CAR, kept.car(address.searchParams.get('since'))),
  })
}

/** Read what the client kept from its earlier turns: its CAR files, one a turn. */
async function open(folder) {
  const storage = new MemoryBlockstore()
  let root = null
  for (const name of readdirSync(folder).sort()) {
    const car = await readCarWithRoot(readFileSync(join(folder, name)))
    await storage.putMany(car.blocks)
    root = car.root
  }
  return [storage, root && (await Repo.load(storage, root))]
}

/** Fetch, verify, keep. Return the repository as the client now has it. */
async function bringUpToDate(storage, repo, key, folder, port) {
  const since = repo ? `&since=${repo.commit.rev}` : ''
  const bytes = await ask(port, `${GET_REPO}?did=${DID}${since}`)
  const car = await readCarWithRoot(bytes)
  if (repo && car.root.equals(repo.cid)) return repo
  const found = repo
    ? await verifyDiff(repo, car.blocks, car.root, DID, key)
    : await verifyRepo(car.blocks, car.root, DID, key)
  await storage.applyCommit(found.commit)
  const number = String(readdirSync(folder).length).padStart(4, '0')
  writeFileSync(join(folder, `${number}.car`), bytes)
  return Repo.load(storage, car.root)
}

/** Return name and hash of every record the tree leads to, in the bytes it was published with. */
async function holdings(storage, repo) {
  const held = {}
  for (const leaf of await MST.load(storage, repo.commit.data).leaves()) {
    const { $type, ...said } = cborToLexRecord(await storage.getBytes(leaf.value))
    const sorted = Object.fromEntries(Object.keys(said).sort().map((key) => [key, said[key]]))
    held[leaf.key.slice(COLLECTION.length + 1)] = sha256(JSON.stringify(sorted))
  }
  return held
}

async function pull(served, folder, port) {
  mkdirSync(folder, { recursive: true })
  const key = readFileSync(join(served, 'key'), 'utf8')
  let signatures = 0
  const { verifySignature } = secp256k1Plugin
  secp256k1Plugin.verifySignature = (...words) => {
    signatures += 1
    return verifySignature(...words)
  }
  let [storage, repo] = await open(folder)
  await measure(
    async () => {
      repo = await bringUpToDate(storage, repo, key, folder, port)
    },
    () => signatures,
    `${folder}.held.json`,
    () => holdings(storage, repo),
  )
}

const [what, ...words] = process.argv.slice(2)
await (what === 'serve' ? startServing(...words) : pull(...words))
