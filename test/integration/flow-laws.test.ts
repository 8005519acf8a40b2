import fc from "fast-check";
import { expect, it } from "vitest";
import { createFlowWorld, type FlowWorld, flowOf } from "./flow-world.ts";

type Method = "merge" | "squash" | "rebase" | "fast-forward";
type Operation =
	| { readonly do: "look" }
	| { readonly do: "push" }
	| { readonly do: "tag" }
	| { readonly do: "feature" | "release" | "hotfix"; readonly commits: number }
	| { readonly do: "work" | "amend" | "sync" | "delete"; readonly pick: number }
	| { readonly do: "merge"; readonly pick: number; readonly method: Method; readonly thenDelete: boolean }
	| { readonly do: "back"; readonly pick: number };

/** Something that came to main or develop, as the one who did it would tell. */
interface Deed {
	readonly target: "main" | "develop";
	readonly branch?: string;
	readonly method?: Method;
	readonly tip: string;
	/** Commit on the target that it became. */
	readonly became: string;
}

interface Open {
	readonly branch: string;
	readonly tip: string;
	readonly main: string;
}

const pick = fc.nat({ max: 20 });
const method = fc.constantFrom<Method>("merge", "squash", "rebase", "fast-forward");
const operation: fc.Arbitrary<Operation> = fc.oneof(
	{ weight: 4, arbitrary: fc.constant({ do: "look" } as const) },
	{ weight: 2, arbitrary: fc.constantFrom({ do: "push" } as const, { do: "tag" } as const) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constantFrom<"feature" | "release" | "hotfix">("feature", "release", "hotfix"),
			commits: fc.integer({ min: 1, max: 3 }),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({ do: fc.constantFrom<"work" | "amend" | "sync" | "delete">("work", "work", "amend", "sync", "delete"), pick }),
	},
	{ weight: 6, arbitrary: fc.record({ do: fc.constant("merge" as const), pick, method, thenDelete: fc.boolean() }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("back" as const), pick }) },
);

/** A person's view of the repository: what was done since the last look, and what Gitward should say about it. */
class Story {
	readonly world: FlowWorld;
	#count = 0;
	#seen = new Map<string, string>();
	#deeds: Deed[] = [];
	#tags: string[] = [];
	#open: Open[] = [];
	/** Branches that can still be worked on and merged. */
	readonly #live: string[] = [];
	/** Branches that came to main. */
	readonly #shipped: string[] = [];

	constructor(world: FlowWorld) {
		this.world = world;
	}

	async run(step: Operation): Promise<void> {
		if (step.do === "look") await this.look();
		else if (step.do === "push") await this.#push();
		else if (step.do === "tag") {
			this.#count += 1;
			this.#tags.push(`v${this.#count}`);
			await this.world.git("tag", `v${this.#count}`, "main");
		} else if ("commits" in step) await this.#start(step.do, step.commits);
		else if (step.do === "back") await this.#back(this.#shipped[step.pick % Math.max(1, this.#shipped.length)]);
		else {
			const branch = this.#live[step.pick % Math.max(1, this.#live.length)];
			if (branch === undefined) return;
			if (step.do === "merge") await this.#merge(branch, step.method, step.thenDelete);
			else if (step.do === "delete") await this.#delete(branch);
			else if (step.do === "work") await this.world.commit(branch);
			else if (branch.startsWith("feature/")) await (step.do === "amend" ? this.#amend(branch) : this.#sync(branch));
		}
	}

	async #push(): Promise<void> {
		const became = await this.world.commit("develop", "directly");
		this.#deeds.push({ target: "develop", tip: became, became });
	}

	async #start(kind: "feature" | "release" | "hotfix", commits: number): Promise<void> {
		this.#count += 1;
		const branch = `${kind}/${this.#count}`;
		await this.world.branch(branch, kind === "hotfix" ? "main" : "develop");
		for (let index = 0; index < commits; index += 1) await this.world.commit(branch);
		this.#live.push(branch);
	}

	async #amend(branch: string): Promise<void> {
		await this.world.branch(branch, `${branch}~1`);
		await this.world.commit(branch);
	}

	async #sync(branch: string): Promise<void> {
		if (!(await this.#isIn("develop", branch))) await this.world.merge(branch, "develop");
	}

	async #merge(branch: string, wanted: Method, thenDelete: boolean): Promise<void> {
		const target = branch.startsWith("feature/") ? "develop" : "main";
		if (await this.#isIn(branch, target)) return;
		// Releases come to main by merges only; what else they may do is tested by itself.
		const able = wanted === "fast-forward" && !(await this.#isIn(target, branch)) ? "merge" : wanted;
		const used = branch.startsWith("release/") || (branch.startsWith("hotfix/") && able === "fast-forward") ? "merge" : able;
		const tip = await this.world.git("rev-parse", branch);
		await this.world.merge(target, branch, { method: used });
		this.#deeds.push({ target, branch, method: used, tip, became: await this.world.git("rev-parse", target) });
		this.#live.splice(this.#live.indexOf(branch), 1);
		if (target === "main") this.#shipped.push(branch);
		if (thenDelete) await this.world.git("update-ref", "-d", `refs/heads/${branch}`);
	}

	async #back(branch: string | undefined): Promise<void> {
		const refs = await this.#refs();
		const tip = refs.get(branch ?? "");
		if (branch === undefined || tip === undefined || (await this.#isIn(tip, "develop"))) return;
		await this.world.merge("develop", branch);
		this.#deeds.push({ target: "develop", branch, method: "merge", tip, became: await this.world.git("rev-parse", "develop") });
	}

	async #delete(branch: string): Promise<void> {
		await this.world.git("update-ref", "-d", `refs/heads/${branch}`);
		this.#live.splice(this.#live.indexOf(branch), 1);
	}

	async #refs(): Promise<Map<string, string>> {
		const lines = (await this.world.git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads")).split("\n");
		return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
	}

	async #isIn(ancestor: string, branch: string): Promise<boolean> {
		return this.world.git("merge-base", "--is-ancestor", ancestor, branch).then(
			() => true,
			() => false,
		);
	}

	/** What Gitward says is what was done. */
	async look(): Promise<void> {
		const refs = await this.#refs();
		const expected = await this.#expected(refs);
		expect((await this.world.said()).toSorted()).toEqual(expected.toSorted());
		expect(await this.world.said()).toEqual([]);
		this.#seen = refs;
		this.#deeds = [];
		this.#tags = [];
	}

	async #expected(refs: ReadonlyMap<string, string>): Promise<readonly string[]> {
		if (this.#seen.size === 0) return [];
		const said = this.#tags.map((tag) => `tag ${tag}`);
		for (const branch of new Set([...this.#seen.keys(), ...refs.keys()])) {
			const [kind = ""] = branch.split("/");
			const old = this.#seen.get(branch);
			const now = refs.get(branch);
			if (kind === branch || old === now) continue;
			const forced = old !== undefined && now !== undefined && !(await this.#isIn(old, now)) ? " forced" : "";
			if (now === undefined) said.push(`branch-deleted ${branch}`);
			else if (kind === "feature") said.push(`feature-branch-pushed ${branch}${forced}`);
			else said.push(`${kind}-branch-${old === undefined ? "created" : "updated"} ${branch}${forced}`);
		}
		for (const target of ["develop", "main"] as const) said.push(...(await this.#landings(target, refs)));
		const told = this.#deeds.filter(({ target }) => target === "main");
		said.push(...(await this.#missing(refs, told, said)));
		return said;
	}

	/** A branch leaves a trace in what it is merged to only with a merge commit: else it must have been seen, or be there still. */
	async #landings(target: Deed["target"], refs: ReadonlyMap<string, string>): Promise<readonly string[]> {
		const said: string[] = [];
		let direct = false;
		/** What cannot be told from the fast-forward before it, whose branch is gone. */
		let swallows = false;
		/** A direct push that waits for whether a fast-forward without proof follows. */
		let waiting = false;
		for (const { branch, method: how, tip } of this.#deeds.filter((deed) => deed.target === target)) {
			const old = this.#seen.get(branch ?? "");
			const now = refs.get(branch ?? "");
			const isCopy = (how === "squash" || how === "rebase") && (old === tip || now === tip);
			if (branch !== undefined && (how === "merge" || isCopy)) {
				said.push(`${eventName(target, branch)} ${branch} ${how}`);
				direct ||= waiting;
				[swallows, waiting] = [false, false];
			} else if (
				branch !== undefined &&
				how === "fast-forward" &&
				old !== undefined &&
				(await this.#isIn(old, tip)) &&
				(await this.#isOwn(old))
			) {
				said.push(`${eventName(target, branch)} ${branch} ${how}`);
				// Seen as a fast-forward: what stands before it in the line was its own, too, unless it was pushed first.
				direct ||= waiting;
				[swallows, waiting] = [now === undefined, false];
			} else if (branch !== undefined && how === "fast-forward" && now === tip) {
				if (!swallows) said.push(`${eventName(target, branch)} ${branch} ${how}`);
				waiting = false;
			} else {
				// Of a rebased branch that went on unseen, and is gone, what was seen can be told.
				const isPart = how === "rebase" && old !== undefined && (await this.#isIn(old, tip)) && !(await this.#isIn(old, target));
				if (branch !== undefined && isPart) {
					said.push(`${eventName(target, branch)} ${branch} rebase`);
					direct ||= waiting;
					[swallows, waiting] = [false, false];
				}
				if (!swallows) waiting = true;
			}
		}
		return direct || waiting ? [...said, `push-to-${target} ${target}`] : said;
	}

	/** Whether a commit was not in develop at the last look. */
	async #isOwn(oid: string): Promise<boolean> {
		return !(await this.#isIn(oid, this.#seen.get("develop") ?? ""));
	}

	async #missing(refs: ReadonlyMap<string, string>, told: readonly Deed[], said: readonly string[]): Promise<readonly string[]> {
		const known = new Set(said);
		const added = told
			.filter(({ branch, method: how }) => branch !== undefined && known.has(`${eventName("main", branch)} ${branch} ${how}`))
			.map(({ branch = "", tip, became }): Open => ({ branch, tip, main: became }));
		const begun = said.some((each) => /^(?:release|hotfix)-branch-created/u.test(each));
		const missing: string[] = [];
		const open: Open[] = [];
		for (const [index, entry] of [...this.#open, ...added].entries()) {
			if (known.has(`back-merge-to-develop ${entry.branch} merge`)) continue;
			if ((await this.#isIn(entry.tip, "develop")) || (await this.#isIn(entry.main, "develop"))) continue;
			const isOver = !refs.has(entry.branch) || (index < this.#open.length && (begun || added.length > 0));
			if (isOver) missing.push(`back-merge-missing ${entry.branch}`);
			else open.push(entry);
		}
		this.#open = open;
		return missing;
	}
}

function eventName(target: Deed["target"], branch: string): string {
	if (target === "main") return branch.startsWith("hotfix/") ? "hotfix-merged" : "merge-to-main";
	return branch.startsWith("feature/") ? "merge-to-develop" : "back-merge-to-develop";
}

it("gives exactly what was done, whenever it looks", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 18 }), async (operations) => {
			const world = await createFlowWorld(flowOf("{model: git-flow}"));
			try {
				const story = new Story(world);
				await story.look();
				for (const each of operations) await story.run(each);
				await story.look();
			} finally {
				await world.remove();
			}
		}),
		{ numRuns: 20, interruptAfterTimeLimit: 120_000 },
	);
});
