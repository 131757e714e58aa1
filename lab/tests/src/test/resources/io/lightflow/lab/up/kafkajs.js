// An ad server of two data centers, with kafkajs: node kafkajs.js SETTINGS
// SETTINGS: {"impressions": DC, "clicks": DC, "known": URL, "keys": [KEY]}, DC: {"brokers": "host:port", "registry": URL}
// Prints the location of each record as a line of JSON.
import assert from "node:assert/strict";
import kafkajs from "kafkajs";
import confluent from "@kafkajs/confluent-schema-registry";

const { Kafka, Partitioners, logLevel } = kafkajs;
const { SchemaRegistry, SchemaType } = confluent;
const { impressions, clicks, known, keys } = JSON.parse(process.argv[2]);
const PATIENCE_MS = 30_000;

const impressionId = (number) => `kafkajs-impression-${number}`;

/** Like ad servers that are newer than the join: with an additional field that the join does not know. */
async function registerNextVersion(registry, subject) {
  const latest = await registry.getLatestSchemaId(subject);
  const schema = JSON.parse(JSON.stringify(await registry.getSchema(latest)));
  schema.fields = [...schema.fields, { name: "adFormat", type: "string", default: "" }];
  const { id } = await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(schema) }, { subject });
  assert.notEqual(id, latest);
  return id;
}

/** Waits until the join can fetch the schema, since it would otherwise reject the records. */
async function untilKnown(id) {
  const deadline = Date.now() + PATIENCE_MS;
  while ((await fetch(`${known}/schemas/ids/${id}`)).status !== 200) {
    assert(Date.now() < deadline, `schema ${id} did not come to ${known}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function send(brokers, topic, messages) {
  const kafka = new Kafka({ clientId: "ad-server", brokers: [brokers], logLevel: logLevel.ERROR });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  for (const message of messages) {
    const [sent] = await producer.send({ topic, acks: -1, messages: [message] });
    console.log(JSON.stringify({ topic, key: message.key, partition: sent.partition }));
  }
  await producer.disconnect();
}

async function sendImpressions() {
  const registry = new SchemaRegistry({ host: impressions.registry });
  const id = await registry.getLatestSchemaId("io.lightflow.event.Impression");
  const event = (number) => ({
    id: impressionId(number),
    time: Date.now(),
    advertiserId: "advertiser",
    campaignId: "campaign",
    creativeId: "creative",
    priceMicros: 1_000,
    currency: "USD",
    exchange: "",
    publisher: "",
    placement: "",
    country: "US",
    region: "",
    city: "",
    device: "phone",
    userAgent: "",
    ip: "",
    derived: false,
  });
  const messages = keys.map(async (key, number) => ({ key, value: await registry.encode(id, event(number)) }));
  await send(impressions.brokers, "impressions", await Promise.all(messages));
}

async function sendClicks() {
  const registry = new SchemaRegistry({ host: clicks.registry });
  const id = await registerNextVersion(registry, "io.lightflow.event.Click");
  await untilKnown(id);
  const event = (number) => ({
    id: `kafkajs-click-${number}`,
    time: Date.now(),
    advertiserId: "advertiser",
    impressionId: impressionId(number),
    priceMicros: 0,
    currency: "",
    landingPage: "",
    userAgent: "",
    ip: "",
    adFormat: "banner",
  });
  const messages = keys.map(async (key, number) => ({ key, value: await registry.encode(id, event(number)) }));
  await send(clicks.brokers, "clicks", await Promise.all(messages));
}

await sendImpressions();
await sendClicks();
