import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shared } from "../shared.ts";
import { certificatePem, ecKeys, keyPem, type Keys } from "./certificate-builder.ts";

/**
 * The folder with kube-apiserver and etcd: `KUBEBUILDER_ASSETS`, as other projects have it, else the shared material;
 * null where there is neither.
 */
export function envtestAssets(): string | null {
  const named = process.env.KUBEBUILDER_ASSETS;
  if (named !== undefined) return existsSync(join(named, "kube-apiserver")) ? named : null;
  const script = shared("envtest", "envtest.sh");
  return script && execFileSync("bash", [script, "assets"], { encoding: "utf8" }).trim();
}

/** For the names of tests that need a server. */
export const envtestMissing =
  envtestAssets() === null
    ? " (skipped: no kube-apiserver; set KUBEBUILDER_ASSETS to a folder with kube-apiserver and etcd)"
    : "";

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** A throw-away API server with its etcd on loopback; nothing of it is kept. */
export class TestCluster {
  readonly folder: string;
  /** The path of an admin's kubeconfig with the contexts `envtest` (certificate) and `envtest-token`. */
  readonly kubeconfig: string;
  readonly port: number;
  readonly token: string;
  readonly #assets: string;
  readonly #etcdPort: number;
  #etcd: ChildProcess | null = null;
  #server: ChildProcess | null = null;

  private constructor(assets: string, folder: string, ports: readonly [number, number]) {
    this.#assets = assets;
    this.folder = folder;
    this.kubeconfig = join(folder, "kubeconfig");
    this.token = "a-token-of-the-tests";
    [this.port, this.#etcdPort] = ports;
  }

  /** Starts a server; takes some seconds. */
  static async start(): Promise<TestCluster> {
    const assets = envtestAssets();
    if (assets === null) throw new Error("there is no kube-apiserver to start");
    const folder = mkdtempSync(join(tmpdir(), "meshlint-envtest-"));
    const cluster = new TestCluster(assets, folder, [await freePort(), await freePort()]);
    cluster.#writeCredentials();
    await cluster.#startEtcd();
    await cluster.startServer();
    return cluster;
  }

  #writeCredentials(): void {
    const dates = { notBefore: "2020-01-01", notAfter: "2045-01-01" };
    const authority = ecKeys();
    const issuer = [["CN", "envtest-ca"]] as const;
    const ca = certificatePem({
      ...dates,
      subject: issuer,
      publicKey: authority.publicKey,
      signWith: authority.privateKey,
      ca: true,
    });
    const issue = (
      serial: string,
      subject: readonly (readonly ["CN" | "O", string])[],
      dnsNames: readonly string[] = [],
    ): Issued => {
      const keys: Keys = ecKeys();
      const certificate = certificatePem({
        ...dates,
        subject,
        issuer,
        serial,
        dnsNames,
        publicKey: keys.publicKey,
        signWith: authority.privateKey,
      });
      return { certificate, key: keyPem(keys) };
    };
    const server = issue("02", [["CN", "kube-apiserver"]], ["localhost"]);
    const admin = issue("03", [
      ["O", "system:masters"],
      ["CN", "admin"],
    ]);
    const accounts = ecKeys();
    const files = {
      "ca.crt": ca,
      "server.crt": server.certificate,
      "server.key": server.key,
      "accounts.key": keyPem(accounts),
      "accounts.pub": accounts.publicKey.export({ type: "spki", format: "pem" }).toString(),
      "tokens.csv": `${this.token},admin-token,admin-token,system:masters\n`,
    };
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(this.folder, name), text, { mode: 0o600 });
    const data = (text: string): string => Buffer.from(text).toString("base64");
    writeFileSync(
      this.kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "envtest",
        clusters: [
          {
            name: "envtest",
            cluster: { server: `https://localhost:${this.port}`, "certificate-authority-data": data(ca) },
          },
        ],
        users: [
          {
            name: "admin",
            user: { "client-certificate-data": data(admin.certificate), "client-key-data": data(admin.key) },
          },
          { name: "admin-token", user: { token: this.token } },
        ],
        contexts: [
          { name: "envtest", context: { cluster: "envtest", user: "admin" } },
          { name: "envtest-token", context: { cluster: "envtest", user: "admin-token" } },
        ],
      }),
      { mode: 0o600 },
    );
  }

  #spawn(name: string, args: readonly string[]): ChildProcess {
    const log = openSync(join(this.folder, `${name}.log`), "a");
    return spawn(join(this.#assets, name), args, { cwd: this.folder, stdio: ["ignore", log, log] });
  }

  async #startEtcd(): Promise<void> {
    const url = `http://127.0.0.1:${this.#etcdPort}`;
    const peers = `http://127.0.0.1:${await freePort()}`;
    mkdirSync(join(this.folder, "etcd"));
    const options = {
      "data-dir": "etcd",
      "log-level": "warn",
      logger: "zap",
      "listen-client-urls": url,
      "advertise-client-urls": url,
      "listen-peer-urls": peers,
      "initial-advertise-peer-urls": peers,
      "initial-cluster": `default=${peers}`,
    };
    this.#etcd = this.#spawn(
      "etcd",
      Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    );
  }

  /** Starts the API server, also again after {@link killServer}: its objects are those of before. */
  async startServer(): Promise<void> {
    this.#server = this.#spawn("kube-apiserver", [
      `--etcd-servers=http://127.0.0.1:${this.#etcdPort}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${this.port}`,
      "--tls-cert-file=server.crt",
      "--tls-private-key-file=server.key",
      "--client-ca-file=ca.crt",
      "--token-auth-file=tokens.csv",
      "--authorization-mode=RBAC",
      "--service-cluster-ip-range=10.0.0.0/24",
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-account-key-file=accounts.pub",
      "--service-account-signing-key-file=accounts.key",
      "--disable-admission-plugins=ServiceAccount",
      "--cert-dir=certificates",
    ]);
    const deadline = Date.now() + 60_000;
    while (!(await this.#isReady())) {
      if (this.#server.exitCode !== null || Date.now() > deadline)
        throw new Error(
          `kube-apiserver does not start:\n${readFileSync(join(this.folder, "kube-apiserver.log"), "utf8").slice(-2000)}`,
        );
      await pause(100);
    }
  }

  #isReady(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = get(
        `https://localhost:${this.port}/api/v1/namespaces/default`,
        {
          ca: readFileSync(join(this.folder, "ca.crt")),
          headers: { authorization: `Bearer ${this.token}` },
          timeout: 2000,
          agent: false,
        },
        (response) => {
          response.resume();
          resolve(response.statusCode === 200);
        },
      );
      request.on("timeout", () => request.destroy());
      request.on("error", () => resolve(false));
    });
  }

  /** The server dies at once; connections break. */
  async killServer(): Promise<void> {
    await kill(this.#server);
    this.#server = null;
  }

  /** Ends everything and removes its folder. */
  async stop(): Promise<void> {
    await Promise.all([kill(this.#server), kill(this.#etcd)]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function kill(process: ChildProcess | null): Promise<void> {
  if (process === null || process.exitCode !== null || process.signalCode !== null) return;
  const ended = new Promise((done) => process.once("exit", done));
  process.kill("SIGKILL");
  await ended;
}
