// Examines a virtual building with a BACnet client that shares no code with it; every exam is one line of JSON: name, passed, told.
//
// Called with one JSON argument: modules (folder with node_modules), broadcast, router, network, devices (all instances behind it),
// routerDevice, large (a device with many objects), mixed: {device, kinds: {name: instance}}, writable: {device, instance}: a set-point in degC.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const plan = JSON.parse(process.argv[2])
const { default: Client, ...bacnet } = createRequire(join(plan.modules, 'exam.cjs'))('@bacnet-js/client')
const { ObjectType, PropertyIdentifier: P, ApplicationTag: Tag, ErrorClass, ErrorCode, MaxApduLengthAccepted, MaxSegmentsAccepted } = bacnet
const TYPES = {
  AI: ObjectType.ANALOG_INPUT, AO: ObjectType.ANALOG_OUTPUT, AV: ObjectType.ANALOG_VALUE, BI: ObjectType.BINARY_INPUT, BO: ObjectType.BINARY_OUTPUT,
  BV: ObjectType.BINARY_VALUE, MSI: ObjectType.MULTI_STATE_INPUT, MSO: ObjectType.MULTI_STATE_OUTPUT, MSV: ObjectType.MULTI_STATE_VALUE,
}
const TAGS = { A: Tag.REAL, B: Tag.ENUMERATED, M: Tag.UNSIGNED_INTEGER }
const ALL = 4294967295
const client = new Client({ broadcastAddress: plan.broadcast, apduTimeout: 3000 })
// The client leaves the hop count of some requests to devices behind routers at 0, with which a router must discard them (ASHRAE 135, 6.2.2).
const transport = client._transport
const send = transport.send.bind(transport)
transport.send = (buffer, length, receiver) => {
  const hops = 9 + buffer[8]
  if (buffer[5] & 0x20 && buffer[hops] === 0) buffer[hops] = 255
  send(buffer, length, receiver)
}
const router = { address: plan.router }
const behind = (device) => ({ address: plan.router, net: plan.network, adr: [device >> 16, (device >> 8) & 255, device & 255] })
const large = behind(plan.large)
const mixed = behind(plan.mixed.device)
const setpoint = { type: ObjectType.ANALOG_VALUE, instance: plan.writable.instance }
const owner = behind(plan.writable.device)
const device = (instance) => ({ type: ObjectType.DEVICE, instance })
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const later = async (holds, what, wait = 5000) => {
  for (const end = Date.now() + wait; Date.now() < end; await pause(20)) if (holds()) return
  assert.fail(`${what} has not come within ${wait} ms`)
}
const read = async (where, id, property, options) => (await client.readProperty(where, id, property, options)).values
const one = async (...told) => (await read(...told))[0].value
const write = (value, options, tag = Tag.REAL, id = setpoint, property = P.PRESENT_VALUE, where = owner) =>
  client.writeProperty(where, id, property, [{ type: tag, value }], options)
const refused = (asked, cls, code) => assert.rejects(asked, { message: `BacnetError - Class:${cls} - Code:${code}` })
const several = async (where, specs) => (await client.readPropertyMultiple(where, specs)).values
const spec = (objectId, ...ids) => ({ objectId, properties: ids.map((id) => ({ id, index: ALL })) })
const found = (result, id) => result.values.find((each) => each.id === id)?.value

let failed = 0
async function exam(name, act) {
  let told = ''
  let passed = true
  try {
    told = (await act()) ?? ''
  } catch (problem) {
    passed = false
    told = `${problem.message}`.replace(/\s+/g, ' ')
    failed += 1
  }
  console.log(JSON.stringify({ name, passed, told: String(told) }))
}

// Who-Is

async function whoIs(receiver, options, wanted) {
  const heard = new Map()
  const listen = ({ header, payload }) => heard.set(payload.deviceId, { ...header.sender, ...payload })
  client.on('iAm', listen)
  try {
    client.whoIs(receiver, options)
    await later(() => heard.size >= wanted.length, `I-Am of ${wanted.length} devices`)
    await pause(200)
  } finally {
    client.off('iAm', listen)
  }
  assert.deepEqual([...heard.keys()].sort((a, b) => a - b), wanted)
  return heard
}

const everybody = [...plan.devices, plan.routerDevice].sort((a, b) => a - b)
await exam('Who-Is, global broadcast: all devices answer', async () => {
  const heard = await whoIs({ net: 65535 }, {}, everybody)
  const { net, adr } = heard.get(plan.large)
  assert.deepEqual({ net, adr }, { net: large.net, adr: large.adr })
  assert.equal(heard.get(plan.large).maxApdu, 1476)
  return `${heard.size} devices`
})
await exam('Who-Is, broadcast on the wire: the router alone answers', () => whoIs(undefined, {}, [plan.routerDevice]).then((x) => x.size))
await exam('Who-Is, to the network behind the router', () => whoIs({ address: plan.router, net: plan.network }, {}, plan.devices).then((x) => x.size))
await exam('Who-Is, to one device', () => whoIs(large, {}, [plan.large]).then((x) => x.size))
await exam('Who-Is, a range', () =>
  whoIs({ net: 65535 }, { lowLimit: plan.devices[1], highLimit: plan.devices[3] }, plan.devices.slice(1, 4)).then((x) => x.size))
await exam('Who-Is, a range without devices: silence', async () => {
  let heard = 0
  client.on('iAm', () => (heard += 1))
  client.whoIs({ net: 65535 }, { lowLimit: 1, highLimit: 2 })
  await pause(500)
  assert.equal(heard, 0)
})

// ReadProperty

for (const [name, property, check] of [
  ['object name', P.OBJECT_NAME, (v) => typeof v === 'string' && v.length > 0], ['vendor', P.VENDOR_IDENTIFIER, (v) => v === 999],
  ['system status', P.SYSTEM_STATUS, (v) => v === 0], ['protocol version', P.PROTOCOL_VERSION, (v) => v === 1],
  ['longest APDU', P.MAX_APDU_LENGTH_ACCEPTED, (v) => v === 1476], ['segmentation', P.SEGMENTATION_SUPPORTED, (v) => v === 0],
  ['object type', P.OBJECT_TYPE, (v) => v === ObjectType.DEVICE], ['database revision', P.DATABASE_REVISION, (v) => Number.isInteger(v)],
]) {
  for (const [where, id] of [[router, plan.routerDevice], [large, plan.large]])
    await exam(`ReadProperty, ${name} of device ${id}`, async () => {
      const value = await one(where, device(id), property)
      assert.ok(check(value), `got ${value}`)
      return value
    })
}
await exam('ReadProperty, a device without knowing its instance', async () => {
  const answer = await client.readProperty(large, device(4194303), P.OBJECT_IDENTIFIER)
  assert.equal(answer.values[0].value.instance, plan.large)
})
for (const [kind, instance] of Object.entries(plan.mixed.kinds)) {
  const id = { type: TYPES[kind], instance }
  await exam(`ReadProperty, ${kind}: identifier, name, value, flags, state, service`, async () => {
    assert.deepEqual(await one(mixed, id, P.OBJECT_IDENTIFIER), id)
    assert.ok((await one(mixed, id, P.OBJECT_NAME)).length > 0)
    const [value] = await read(mixed, id, P.PRESENT_VALUE)
    assert.equal(value.type, TAGS[kind[0]])
    assert.ok(Number.isFinite(value.value))
    const flags = await one(mixed, id, P.STATUS_FLAGS)
    assert.deepEqual([flags.bitsUsed, flags.value[0]], [4, 0])
    assert.equal(await one(mixed, id, P.EVENT_STATE), 0)
    assert.equal(await one(mixed, id, P.OUT_OF_SERVICE), false)
    return value.value
  })
}
await exam('ReadProperty, units and increment', async () => {
  assert.equal(await one(owner, setpoint, P.UNITS), 62) // degrees Celsius
  assert.ok((await one(owner, setpoint, P.COV_INCREMENT)) > 0)
})
await exam('ReadProperty, priority array: whole, its length, one slot', async () => {
  assert.equal((await read(owner, setpoint, P.PRIORITY_ARRAY)).length, 16)
  assert.equal(await one(owner, setpoint, P.PRIORITY_ARRAY, { arrayIndex: 0 }), 16)
  assert.equal(await one(owner, setpoint, P.PRIORITY_ARRAY, { arrayIndex: 8 }), null)
})
await exam('ReadProperty, unknown object', () =>
  refused(read(large, { type: ObjectType.ANALOG_INPUT, instance: 9999 }, P.PRESENT_VALUE), ErrorClass.OBJECT, ErrorCode.UNKNOWN_OBJECT))
await exam('ReadProperty, unknown property', () =>
  refused(read(large, device(plan.large), P.PRESENT_VALUE), ErrorClass.PROPERTY, ErrorCode.UNKNOWN_PROPERTY))
await exam('ReadProperty, an element of what is no array', () =>
  refused(read(owner, setpoint, P.PRESENT_VALUE, { arrayIndex: 1 }), ErrorClass.PROPERTY, ErrorCode.PROPERTY_IS_NOT_AN_ARRAY))
await exam('ReadProperty, an element beyond an array', () =>
  refused(read(owner, setpoint, P.PRIORITY_ARRAY, { arrayIndex: 17 }), ErrorClass.PROPERTY, ErrorCode.INVALID_ARRAY_INDEX))

// The object list, whole, in segments and by element

const listed = await read(large, device(plan.large), P.OBJECT_LIST)
await exam('Object list: by element as whole', async () => {
  assert.equal(await one(large, device(plan.large), P.OBJECT_LIST, { arrayIndex: 0 }), listed.length)
  for (const at of [1, 2, listed.length >> 1, listed.length])
    assert.deepEqual(await one(large, device(plan.large), P.OBJECT_LIST, { arrayIndex: at }), listed[at - 1].value)
  assert.equal(new Set(listed.map((each) => `${each.value.type}:${each.value.instance}`)).size, listed.length)
  return `${listed.length} objects`
})
for (const [name, maxApdu] of [[128, MaxApduLengthAccepted.OCTETS_128], [206, MaxApduLengthAccepted.OCTETS_206], [480, MaxApduLengthAccepted.OCTETS_480]])
  await exam(`Object list: in segments of ${name} octets`, async () =>
    assert.deepEqual(await read(large, device(plan.large), P.OBJECT_LIST, { maxApdu, maxSegments: MaxSegmentsAccepted.SEGMENTS_65 }), listed))
await exam('Object list: every object has its name, its value and its description', async () => {
  const points = listed.map((each) => each.value).filter((id) => Object.values(TYPES).includes(id.type))
  for (let at = 0; at < points.length; at += 10) {
    const asked = points.slice(at, at + 10)
    const answers = await several(large, asked.map((id) => spec(id, P.OBJECT_NAME, P.PRESENT_VALUE, P.DESCRIPTION)))
    assert.deepEqual(answers.map((each) => each.objectId), asked)
    for (const each of answers) assert.ok(found(each, P.OBJECT_NAME)[0].value.length && Number.isFinite(found(each, P.PRESENT_VALUE)[0].value))
  }
  return `${points.length} points`
})

// ReadPropertyMultiple

const sensors = listed.map((each) => each.value).filter((id) => id.type === ObjectType.ANALOG_INPUT)
await exam('ReadPropertyMultiple: one property of one object', async () => {
  const [answer] = await several(large, [spec(sensors[0], P.PRESENT_VALUE)])
  assert.equal(answer.values.length, 1)
})
await exam('ReadPropertyMultiple: value and flags of fifty objects', async () => {
  const asked = sensors.slice(0, 50)
  const answers = await several(large, asked.map((id) => spec(id, P.PRESENT_VALUE, P.STATUS_FLAGS)))
  assert.deepEqual(answers.map((each) => each.objectId), asked)
  return answers.length
})
for (const [kind, instance] of Object.entries(plan.mixed.kinds))
  await exam(`ReadPropertyMultiple: ALL of ${kind}`, async () => {
    const [answer] = await several(mixed, [spec({ type: TYPES[kind], instance }, P.ALL)])
    const held = answer.values.map((each) => each.id)
    for (const id of [P.OBJECT_IDENTIFIER, P.OBJECT_NAME, P.OBJECT_TYPE, P.PRESENT_VALUE, P.STATUS_FLAGS, P.EVENT_STATE, P.OUT_OF_SERVICE])
      assert.ok(held.includes(id), `property ${id} is missing`)
    assert.ok(!held.includes(P.PROPERTY_LIST))
    return `${held.length} properties`
  })
for (const [name, where, id] of [['router', router, plan.routerDevice], ['device', large, plan.large]])
  await exam(`ReadPropertyMultiple: ALL of the ${name}`, async () => {
    const [answer] = await several(where, [spec(device(id), P.ALL)])
    assert.equal(found(answer, P.OBJECT_IDENTIFIER)[0].value.instance, id)
    assert.ok(found(answer, P.OBJECT_LIST).length > 1)
    return `${answer.values.length} properties`
  })
await exam('ReadPropertyMultiple: an unknown object and an unknown property have their errors', async () => {
  const [there, missing] = await several(large, [spec(sensors[0], P.PRESENT_VALUE, P.PRIORITY_ARRAY), spec({ type: ObjectType.ANALOG_INPUT, instance: 9999 }, P.ALL)])
  assert.ok(Number.isFinite(found(there, P.PRESENT_VALUE)[0].value))
  const error = (values) => [values[0].value.errorClass ?? values[0].value.class, values[0].value.errorCode ?? values[0].value.code]
  assert.deepEqual(error(found(there, P.PRIORITY_ARRAY)), [ErrorClass.PROPERTY, ErrorCode.UNKNOWN_PROPERTY])
  assert.deepEqual(error(found(missing, P.ALL)), [ErrorClass.OBJECT, ErrorCode.UNKNOWN_OBJECT])
})

// Writing

const present = () => one(owner, setpoint, P.PRESENT_VALUE)
const slot = (number) => one(owner, setpoint, P.PRIORITY_ARRAY, { arrayIndex: number })
await exam('WriteProperty: priority 8 shows, a lower slot wins, NULL gives back', async () => {
  const before = await present()
  await write(21, { priority: 10 })
  await write(19, { priority: 8 })
  assert.deepEqual([await present(), await slot(8), await slot(10)], [19, 19, 21])
  await write(null, { priority: 8 }, Tag.NULL)
  assert.deepEqual([await present(), await slot(8), await slot(10)], [21, null, 21])
  await write(null, { priority: 10 }, Tag.NULL)
  assert.equal(await present(), before)
})
await exam('WriteProperty: without a priority it is 16', async () => {
  await write(22, {})
  assert.equal(await slot(16), 22)
  await write(null, {}, Tag.NULL)
  assert.equal(await slot(16), null)
})
for (const [kind, value, tag] of [['AO', 0.5, Tag.REAL], ['BO', 0, Tag.ENUMERATED], ['BV', 0, Tag.ENUMERATED], ['MSO', 3, Tag.UNSIGNED_INTEGER], ['MSV', 7, Tag.UNSIGNED_INTEGER]])
  await exam(`WriteProperty: ${kind} is commanded and given back`, async () => {
    const id = { type: TYPES[kind], instance: plan.mixed.kinds[kind] }
    await write(value, { priority: 9 }, tag, id, P.PRESENT_VALUE, mixed)
    assert.equal(await one(mixed, id, P.PRESENT_VALUE), value)
    assert.equal(await one(mixed, id, P.PRIORITY_ARRAY, { arrayIndex: 9 }), value)
    await write(null, { priority: 9 }, Tag.NULL, id, P.PRESENT_VALUE, mixed)
    assert.equal(await one(mixed, id, P.PRIORITY_ARRAY, { arrayIndex: 9 }), null)
  })
const input = { type: ObjectType.ANALOG_INPUT, instance: plan.mixed.kinds.AI }
for (const [name, asked, cls, code] of [
  ['priority 6', () => write(20, { priority: 6 }), 'PROPERTY', 'WRITE_ACCESS_DENIED'],
  ['a value out of range', () => write(1e6, { priority: 8 }), 'PROPERTY', 'VALUE_OUT_OF_RANGE'],
  ['no number', () => write(NaN, { priority: 8 }), 'PROPERTY', 'VALUE_OUT_OF_RANGE'],
  ['a wrong type', () => write(true, { priority: 8 }, Tag.BOOLEAN), 'PROPERTY', 'INVALID_DATA_TYPE'],
  ['an input', () => write(20, {}, Tag.REAL, input, P.PRESENT_VALUE, mixed), 'PROPERTY', 'WRITE_ACCESS_DENIED'],
  ['an unknown object', () => write(20, {}, Tag.REAL, { type: ObjectType.ANALOG_VALUE, instance: 9999 }), 'OBJECT', 'UNKNOWN_OBJECT'],
  ['the name', () => write('x', {}, Tag.CHARACTER_STRING, setpoint, P.OBJECT_NAME), 'PROPERTY', 'WRITE_ACCESS_DENIED'],
  ['the instance of the device', () => write({ type: 8, instance: 5 }, {}, Tag.OBJECTIDENTIFIER, device(plan.writable.device), P.OBJECT_IDENTIFIER), 'PROPERTY', 'WRITE_ACCESS_DENIED'],
  ['an element of the value', () => write(20, { arrayIndex: 1 }), 'PROPERTY', 'PROPERTY_IS_NOT_AN_ARRAY'],
])
  await exam(`WriteProperty: ${name} is refused`, () => refused(asked(), ErrorClass[cls], ErrorCode[code]))
const values = (id, ...told) => ({ objectId: id, values: told.map(([value, priority, tag = Tag.REAL]) => ({ property: { id: P.PRESENT_VALUE, index: ALL }, value: [{ type: tag, value }], priority })) })
await exam('WritePropertyMultiple: two objects at once, and back', async () => {
  const other = { type: ObjectType.ANALOG_VALUE, instance: plan.writable.instance + 1 }
  const ids = plan.writable.device === plan.mixed.device ? [setpoint, other] : [setpoint]
  await client.writePropertyMultiple(owner, ids.map((id) => values(id, [23, 9])))
  for (const id of ids) assert.equal(await one(owner, id, P.PRIORITY_ARRAY, { arrayIndex: 9 }), 23)
  await client.writePropertyMultiple(owner, ids.map((id) => values(id, [null, 9, Tag.NULL])))
  for (const id of ids) assert.equal(await one(owner, id, P.PRIORITY_ARRAY, { arrayIndex: 9 }), null)
})
await exam('WritePropertyMultiple: stops at the first that is refused', async () => {
  await assert.rejects(client.writePropertyMultiple(owner, [values(setpoint, [20, 9]), values({ type: ObjectType.ANALOG_INPUT, instance: 1 }, [1, 9])]), /BacnetError/)
  assert.equal(await slot(9), 20)
  await write(null, { priority: 9 }, Tag.NULL)
})

// Change of value

const told = []
client.on('covNotifyUnconfirmed', ({ payload }) => told.push(payload))
client.on('covNotify', ({ header, service, invokeId, payload }) => {
  told.push({ ...payload, confirmed: true })
  client.simpleAckResponse(header.sender, service, invokeId)
})
const of = (process) => told.filter((each) => each.subscriberProcessId === process)
const value = (notice) => notice.values.find((each) => each.property.id === P.PRESENT_VALUE).value[0].value
for (const [process, confirmed] of [[11, false], [12, true]])
  await exam(`SubscribeCOV, ${confirmed ? 'confirmed' : 'unconfirmed'}: at once, at a change, not after the end`, async () => {
    await client.subscribeCov(owner, setpoint, process, false, confirmed, 60)
    await later(() => of(process).length === 1, 'the first notification')
    const active = await read(owner, device(plan.writable.device), P.ACTIVE_COV_SUBSCRIPTIONS)
    assert.equal(active.length, 1)
    await write(17.5, { priority: 9 })
    await later(() => of(process).length === 2, 'a notification of the change')
    const [first, last] = of(process)
    assert.deepEqual([value(last), Boolean(last.confirmed)], [17.5, confirmed])
    assert.deepEqual([last.initiatingDeviceId.instance, last.monitoredObjectId], [plan.writable.device, setpoint])
    assert.ok(first.timeRemaining <= 60 && first.timeRemaining > 0 && last.timeRemaining <= first.timeRemaining)
    assert.ok(last.values.some((each) => each.property.id === P.STATUS_FLAGS))
    await client.subscribeCov(owner, setpoint, process, true, false, 0)
    await write(18.5, { priority: 9 })
    await pause(500)
    assert.equal(of(process).length, 2)
    await write(null, { priority: 9 }, Tag.NULL)
  })
for (const [kind, instance] of Object.entries(plan.mixed.kinds))
  await exam(`SubscribeCOV: ${kind}`, async () => {
    const process = 100 + TYPES[kind]
    await client.subscribeCov(mixed, { type: TYPES[kind], instance }, process, false, false, 60)
    await later(() => of(process).length > 0, 'the first notification')
    assert.ok(Number.isFinite(value(of(process)[0])))
    await client.subscribeCov(mixed, { type: TYPES[kind], instance }, process, true, false, 0)
  })
await exam('SubscribeCOV: an unknown object is refused', () =>
  refused(client.subscribeCov(owner, { type: ObjectType.ANALOG_VALUE, instance: 9999 }, 1, false, false, 60), ErrorClass.OBJECT, ErrorCode.UNKNOWN_OBJECT))

// What a device says that it can do, it does

const services = (await one(large, device(plan.large), P.PROTOCOL_SERVICES_SUPPORTED)).value.flatMap((octet, at) =>
  Array.from({ length: 8 }, (_, bit) => (octet & (1 << bit) ? 8 * at + bit : -1)).filter((each) => each >= 0))
const bits = bacnet.ServicesSupported
await exam('Protocol_Services_Supported: what was used so far is there', async () => {
  for (const name of ['READ_PROPERTY', 'READ_PROPERTY_MULTIPLE', 'WRITE_PROPERTY', 'WRITE_PROPERTY_MULTIPLE', 'SUBSCRIBE_COV', 'WHO_IS'])
    assert.ok(services.includes(bits[name]), name)
  return services.map((each) => bits[each]).join(' ')
})
await exam('Protocol_Object_Types_Supported: every listed object\'s type is there', async () => {
  const types = (await one(large, device(plan.large), P.PROTOCOL_OBJECT_TYPES_SUPPORTED)).value
  for (const { value: { type } } of listed) assert.ok(types[type >> 3] & (1 << (type & 7)), `type ${type}`)
})
for (const [name, bit, ask] of [
  ['GetEventInformation', bits.GET_EVENT_INFORMATION, () => client.getEventInformation(large)],
  ['GetAlarmSummary', bits.GET_ALARM_SUMMARY, () => client.getAlarmSummary(large)],
  ['ReinitializeDevice', bits.REINITIALIZE_DEVICE, () => client.reinitializeDevice(large, 0)],
  ['AtomicReadFile', bits.ATOMIC_READ_FILE, () => client.readFile(large, { type: ObjectType.FILE, instance: 1 }, 0, 10)],
  ['DeleteObject', bits.DELETE_OBJECT, () => client.deleteObject(large, sensors[0])],
])
  await exam(`${name}: ${services.includes(bit) ? 'answered' : 'rejected as unknown'}`, () =>
    services.includes(bit) ? ask() : assert.rejects(ask(), { message: 'BacnetAbort - Reason:9' }))
if (services.includes(bits.DEVICE_COMMUNICATION_CONTROL))
  await exam('DeviceCommunicationControl: refused without the password', () =>
    refused(client.deviceCommunicationControl(large, 1, 1, { password: 'guess' }), ErrorClass.SECURITY, ErrorCode.PASSWORD_FAILURE))

// Trend logs

const logs = listed.map((each) => each.value).filter((id) => id.type === ObjectType.TREND_LOG)
if (services.includes(bits.READ_RANGE)) {
  await exam('ReadRange: the first records by position, in order', async () => {
    const [log] = logs
    const answer = await client.readRange(large, log, 1, 10)
    assert.equal(answer.objectId.instance, log.instance)
    assert.ok(answer.itemCount > 0 && answer.itemCount <= 10, `${answer.itemCount} records`)
    const times = answer.values.map((each) => Number(each.timestamp))
    assert.equal(times.length, answer.itemCount)
    assert.ok(times.every((time, at) => at === 0 || time > times[at - 1]))
    return `${answer.itemCount} records`
  })
  await exam('ReadRange: as many as the log holds are counted', async () => {
    const [log] = logs
    const count = await one(large, log, P.RECORD_COUNT)
    assert.ok(count > 1)
    assert.ok((await client.readRange(large, log, count, 1)).itemCount === 1)
    return `${count} records`
  })
  await exam('ReadRange: of what is no log is refused', () => assert.rejects(client.readRange(large, sensors[0], 1, 5), /BacnetError/))
  await exam('ReadPropertyMultiple: ALL of a trend log', async () => {
    const [answer] = await several(large, [spec(logs[0], P.ALL)])
    assert.ok(found(answer, P.RECORD_COUNT) && !found(answer, P.LOG_BUFFER))
    return `${answer.values.length} properties`
  })
}

// The clock, last, since it moves what logs hold

if (services.includes(bits.TIME_SYNCHRONIZATION))
  await exam('TimeSynchronization: the clock follows', async () => {
    const clock = async () => [(await one(large, device(plan.large), P.LOCAL_DATE)).toDateString(), (await one(large, device(plan.large), P.LOCAL_TIME)).getHours()]
    client.timeSync(large, new Date(2020, 6, 15, 23, 30, 0))
    for (const end = Date.now() + 3000; Date.now() < end; await pause(50)) if ((await clock())[1] === 23) break
    assert.deepEqual(await clock(), [new Date(2020, 6, 15).toDateString(), 23])
  })
client.close()
process.exit(failed ? 1 : 0)
