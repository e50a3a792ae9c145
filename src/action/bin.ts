import { main } from "./main.ts";

const { stdout, stderr, env } = process;
await main({ stdout, stderr, cwd: env.GITHUB_WORKSPACE || process.cwd(), env });
