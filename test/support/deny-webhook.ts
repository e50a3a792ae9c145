import { createServer, type Server } from "node:https";
import type { Mapping } from "../../src/model/value.ts";
import { certificatePem, ecKeys, keyPem } from "./certificate-builder.ts";

/** An admission webhook that refuses ConfigMaps with the label `refuse: "yes"`. */
export class DenyWebhook {
  readonly configuration: Mapping;
  readonly #server: Server;

  private constructor(server: Server, configuration: Mapping) {
    this.#server = server;
    this.configuration = configuration;
  }

  static async start(): Promise<DenyWebhook> {
    const dates = { notBefore: "2020-01-01", notAfter: "2045-01-01" };
    const keys = ecKeys();
    const subject = [["CN", "localhost"]] as const;
    const certificate = certificatePem({
      ...dates,
      subject,
      dnsNames: ["localhost"],
      publicKey: keys.publicKey,
      signWith: keys.privateKey,
      ca: true,
    });
    const server = createServer({ cert: certificate, key: keyPem(keys) }, (incoming, outgoing) => {
      let text = "";
      incoming.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      incoming.on("end", () => {
        const { request, apiVersion } = JSON.parse(text);
        const allowed = request.object?.metadata?.labels?.refuse !== "yes";
        const response = { uid: request.uid, allowed, status: { message: "not on my watch" } };
        outgoing.writeHead(200, { "content-type": "application/json" });
        outgoing.end(JSON.stringify({ apiVersion, kind: "AdmissionReview", response }));
      });
    });
    await new Promise<void>((done) => server.listen(0, "localhost", done));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return new DenyWebhook(server, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "deny" },
      webhooks: [
        {
          name: "deny.example.com",
          clientConfig: {
            url: `https://localhost:${port}/`,
            caBundle: Buffer.from(certificate).toString("base64"),
          },
          rules: [
            {
              apiGroups: [""],
              apiVersions: ["v1"],
              operations: ["CREATE", "UPDATE"],
              resources: ["configmaps"],
            },
          ],
          objectSelector: { matchLabels: { refuse: "yes" } },
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
        },
      ],
    });
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
