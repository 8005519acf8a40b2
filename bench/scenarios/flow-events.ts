import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { FlowEvent } from "../../src/core/flow/event.ts";
import { demandFlow } from "../../src/core/flow/read-flow.ts";
import { type FlowMemory, recognise } from "../../src/core/flow/recognise.ts";
import { answer } from "../../src/engine/flow/answer.ts";
import { createExec } from "../../src/lib/exec/exec.ts";
import { run } from "../../src/lib/exec/run.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import { openHistoryFolder } from "../../src/repositories/git/history-folder.ts";
import type { Scenario } from "../scenario.ts";

const commits = 100_000;
const features = 5000;
const tags = 5000;
const rounds = 15;
const environment = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
const who = "Ada <ada@example.com>";
const flow = demandFlow("flow.yaml", "apiVersion: gitward.dev/v1\nkind: Flow\nmetadata: {name: big}\nspec: {model: git-flow}\n");

/** What git fast-import reads: a long develop, feature branches along its second half, and tags. */
function* history(): Generator<string> {
	const start = 1_600_000_000;
	for (let index = 1; index <= commits; index += 1) {
		const text = `line ${index}\n`;
		yield `commit refs/heads/develop\nmark :${index}\ncommitter ${who} ${start + index * 60} +0000\ndata 7\nchange\n`;
		yield `M 100644 inline files/${index % 100}/${index % 1000}.txt\ndata ${text.length}\n${text}\n`;
	}
	for (let index = 0; index < features; index += 1) {
		const base = commits / 2 + index * 10;
		const text = `feature ${index}\n`;
		yield `commit refs/heads/feature/${index}\ncommitter ${who} ${start + (base + 5) * 60} +0000\ndata 4\nwork\n`;
		yield `from :${base}\nM 100644 inline features/${index % 50}.txt\ndata ${text.length}\n${text}\n`;
	}
	for (let index = 0; index < tags; index += 1) yield `reset refs/tags/v${index}\nfrom :${(index + 1) * 20}\n\n`;
	yield "reset refs/heads/main\nfrom :1\n\ndone\n";
}

async function makeRepository(folder: string): Promise<void> {
	execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", folder], { env: environment });
	const file = join(folder, "import");
	const stream = createWriteStream(file);
	for (const part of history()) if (!stream.write(part)) await once(stream, "drain");
	stream.end();
	await once(stream, "finish");
	execFileSync("sh", ["-c", `git fast-import --quiet --done < import && git pack-refs --all && rm import`], {
		cwd: folder,
		env: environment,
	});
}

export const scenario: Scenario = {
	name: "flow-events",
	description: `events of one push to a repository of ${tags + features} refs and ${commits} commits, held against bare git for-each-ref and rev-list`,
	async run({ folder, progress, signal }) {
		const repository = join(folder, "big.git");
		await makeRepository(repository);
		const dated = {
			GIT_AUTHOR_NAME: "Ada",
			GIT_AUTHOR_EMAIL: "a@example.com",
			GIT_COMMITTER_NAME: "Ada",
			GIT_COMMITTER_EMAIL: "a@example.com",
		};
		const git = async (...args: string[]): Promise<string> =>
			(await run("git", args, { cwd: repository, env: { ...environment, ...dated } })).stdout.toString().trim();
		const exec = createExec({ environment });
		const { refs, history: answers, close } = openHistoryFolder({ folder: repository, name: "big", exec, clock: systemClock });
		let memory: FlowMemory | undefined;
		const look = async (): Promise<readonly FlowEvent[]> => {
			const found = await answer(recognise(memory, await refs({ signal }), flow), answers, { signal });
			({ memory } = found);
			return found.events;
		};
		await look();
		const samples = { merge: [] as number[], squash: [] as number[], feature: [] as number[] };
		const bare: number[] = [];
		try {
			for (let round = 0; round < rounds; round += 1) {
				progress(`round ${round + 1} of ${rounds}`);
				for (const kind of ["feature", "merge", "squash"] as const) {
					const source = `feature/${features - 1 - round * 3 - (kind === "merge" ? 1 : kind === "squash" ? 2 : 0)}`;
					const target = kind === "feature" ? source : "develop";
					const old = await git("rev-parse", `refs/heads/${target}`);
					const tree = kind === "feature" ? `${old}^{tree}` : ((await git("merge-tree", "--write-tree", old, source)).split("\n")[0] ?? "");
					const parents = kind === "merge" ? ["-p", old, "-p", source] : ["-p", old];
					const commit = await git("commit-tree", ...parents, "-m", `round ${round}`, tree);
					await git("update-ref", `refs/heads/${target}`, commit);
					const started = performance.now();
					const events = await look();
					samples[kind].push(performance.now() - started);
					const [event, ...more] = events;
					const isRight =
						kind === "feature" ? event?.ref === `refs/heads/${source}` : event?.source?.branch === source && event.method === kind;
					if (!isRight || more.length > 0) throw new Error(`round ${round}, ${kind}: ${JSON.stringify(events)}`);
					const before = performance.now();
					await git("for-each-ref");
					await git("rev-list", `${old}..${commit}`);
					bare.push(performance.now() - before);
				}
			}
		} finally {
			close();
		}
		const median = bare.toSorted((a, b) => a - b)[Math.floor(bare.length / 2)] ?? 0;
		return [
			...Object.entries(samples).map(([kind, found]) => ({
				name: `events of a ${kind}`,
				unit: "ms" as const,
				samples: found,
				bare: median,
			})),
			{ name: "of all these", unit: "ms", samples: Object.values(samples).flat(), target: 200 },
		];
	},
};
