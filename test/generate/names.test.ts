import { expect, test } from "vitest";
import {
  address,
  bootstrapServers,
  domainName,
  imageReference,
  labelName,
} from "../../src/generate/names.ts";

test.each([
  ["quay.io/shop/web:1.0"],
  ["web"],
  ["localhost:5000/web@sha256:" + "0a".repeat(32)],
  ["image-registry.openshift-image-registry.svc:5000/shop/web:latest"],
])("%s is an image", (text) => {
  expect(imageReference(text)).toBe(text);
});

test.each([[""], ["a b"], ["a\nb"], ["-web"], ["web@sha256:xyz"], ["${IMAGE}"], ["a".repeat(1025)]])(
  "%j is none",
  (text) => {
    expect(() => imageReference(text)).toThrow("is no image; write it as registry/name:tag");
  },
);

test("long texts are cut in messages", () => {
  expect(() => labelName("A".repeat(500), "x")).toThrow(new RegExp(`^x: "A{80}…" is no name`));
});

test.each([["a..b"], ["A.b"], ["a.-b"], [`${"a.".repeat(127)}aa`]])("%s is no domain", (text) => {
  expect(() => domainName(text, "x")).toThrow("is no domain name");
});

test("bootstrap servers", () => {
  expect(bootstrapServers("b.kafka:9092, c.kafka:9093,b.kafka:9093", "cluster.local")).toEqual({
    text: "b.kafka:9092,c.kafka:9093,b.kafka:9093",
    hosts: ["b.kafka", "c.kafka"],
    ports: [9092, 9093],
  });
});

test.each([
  ["b.kafka", "is no bootstrap server; write it as host:port"],
  ["b.kafka:0", "is no bootstrap server"],
  ["b.kafka:65536", "is no bootstrap server"],
  ["SASL://b.kafka:9092", "is no domain name"],
  [
    "a.kafka.svc.cluster.local:9092",
    "write a.kafka.svc.cluster.local as a.kafka; for names below cluster.local",
  ],
  ["", "is no bootstrap server"],
])("%j is refused", (text, message) => {
  expect(() => bootstrapServers(text, "cluster.local")).toThrow(message);
});

test("addresses", () => {
  expect(address("172.30.88.20", "x")).toBe("172.30.88.20");
  expect(address("10.0.0.0/24", "x")).toBe("10.0.0.0/24");
  for (const text of ["10.0.0", "10.0.0.256", "10.0.0.0/33", "kafka", "", "1.2.3.4\n"]) {
    expect(() => address(text, "x")).toThrow("x: ");
  }
});
