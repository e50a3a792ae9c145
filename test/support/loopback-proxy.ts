import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { Agent, request } from "node:https";
import { join } from "node:path";
import type { TestCluster } from "./envtest.ts";

/** What stands between meshlint and a server of a test. */
export interface Faults {
  /** Milliseconds that each request takes longer. */
  readonly delay?: number;
  /** An answer of its own instead of the server's; null: the server answers. */
  readonly answer?: (request: IncomingMessage) => number | null;
}

/** A proxy on loopback in front of a test's server, with its credentials. */
export class LoopbackProxy {
  readonly kubeconfig: string;
  readonly #server: Server;
  readonly #agent: Agent;

  private constructor(server: Server, agent: Agent, kubeconfig: string) {
    this.#server = server;
    this.#agent = agent;
    this.kubeconfig = kubeconfig;
  }

  static async start(cluster: TestCluster, faults: Faults): Promise<LoopbackProxy> {
    const agent = new Agent({ ca: readFileSync(join(cluster.folder, "ca.crt")), keepAlive: true });
    const server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        setTimeout(() => {
          const own = faults.answer?.(incoming) ?? null;
          if (own !== null) {
            outgoing.writeHead(own, { "content-type": "application/json" });
            outgoing.end(
              JSON.stringify({ kind: "Status", status: "Failure", code: own, message: "Unauthorized" }),
            );
            return;
          }
          const { url: path = "/", method = "GET", headers } = incoming;
          const sent = request(
            {
              host: "localhost",
              port: cluster.port,
              path,
              method,
              agent,
              headers: {
                ...headers,
                host: `localhost:${cluster.port}`,
                authorization: `Bearer ${cluster.token}`,
              },
            },
            (response) => {
              outgoing.writeHead(response.statusCode ?? 502, response.headers);
              response.pipe(outgoing);
            },
          );
          sent.on("error", () => outgoing.destroy());
          sent.end(Buffer.concat(chunks));
        }, faults.delay ?? 0);
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const kubeconfig = join(cluster.folder, `kubeconfig-${port}`);
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "proxy",
        clusters: [
          {
            name: "proxy",
            cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
          },
        ],
        users: [{ name: "proxy", user: {} }],
        contexts: [{ name: "proxy", context: { cluster: "proxy", user: "proxy" } }],
      }),
    );
    return new LoopbackProxy(server, agent, kubeconfig);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
  }
}
