// Registers, gets, encodes and decodes with the two clients: node clients.js URL USER PASSWORD
import assert from "node:assert/strict";
import kafkajs from "@kafkajs/confluent-schema-registry";
import avroSchemaRegistry from "avro-schema-registry";

const { SchemaRegistry, SchemaType } = kafkajs;
const [url, username, password] = process.argv.slice(2);

const place = { type: "record", name: "Place", namespace: "ads", fields: [{ name: "country", type: "string" }] };
const click = {
  type: "record",
  name: "Click",
  namespace: "ads",
  fields: [
    { name: "id", type: "string" },
    { name: "place", type: "ads.Place" },
  ],
};
const event = { id: "click-1", place: { country: "DE" } };

function kafkaJsClient() {
  return new SchemaRegistry({ host: url, auth: { username, password }, retry: { retries: 0 } });
}

function avroClient() {
  const withUser = new URL(url);
  withUser.username = username;
  withUser.password = password;
  return avroSchemaRegistry(withUser.toString().replace(/\/$/, ""));
}

async function kafkaJsAlone() {
  const registry = kafkaJsClient();
  const { id: placeId } = await registry.register(
    { type: SchemaType.AVRO, schema: JSON.stringify(place) },
    { subject: "places" },
  );
  const { id } = await registry.register(
    {
      type: SchemaType.AVRO,
      schema: JSON.stringify(click),
      references: [{ name: "ads.Place", subject: "places", version: 1 }],
    },
    { subject: "clicks" },
  );
  assert.notEqual(id, placeId);
  assert.equal(await registry.getLatestSchemaId("clicks"), id);
  assert.equal(await registry.getRegistryId("places", 1), placeId);
  const bytes = await registry.encode(id, event);
  assert.equal(bytes.readInt32BE(1), id);
  // Another one, which has to get everything by the id.
  assert.deepEqual(plain(await kafkaJsClient().decode(bytes)), event);

  const broken = { ...place, fields: [{ name: "region", type: "int" }] };
  await assert.rejects(
    registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(broken) }, { subject: "places" }),
    (error) => error.status === 409 && /ads\.Place\.region/.test(error.message),
  );
  await assert.rejects(
    new SchemaRegistry({ host: url, retry: { retries: 0 } }).getSchema(id),
    (error) => error.status === 401,
  );
}

async function bothTogether() {
  const written = { ...place, name: "Town" };
  const bytes = await avroClient().encodeMessage("towns", written, event.place);
  const readByKafkaJs = await kafkaJsClient().decode(bytes);
  assert.deepEqual(plain(readByKafkaJs), event.place);
  assert.equal(await kafkaJsClient().getLatestSchemaId("towns-value"), bytes.readInt32BE(1));

  const registry = kafkaJsClient();
  const { id } = await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(written) }, { subject: "t" });
  assert.equal(id, bytes.readInt32BE(1));
  assert.deepEqual(plain(await avroClient().decode(await registry.encode(id, event.place))), event.place);
}

function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

await kafkaJsAlone();
await bothTogether();
console.log("both clients registered, got, encoded and decoded");
