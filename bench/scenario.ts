/** One measured quantity of a scenario. */
export interface Figure {
	/** What was measured, `commit to live`. */
	readonly name: string;
	readonly unit: "ms" | "s" | "MiB" | "count" | "ratio";
	/** One value for each repetition. */
	readonly samples: readonly number[];
	/** The same work by a bare loop in the same run: the limit that a ratio is taken against. */
	readonly bare?: number;
	/** What the median should stay under; of the ratio, where `bare` is given. */
	readonly target?: number;
	/** What the 99th percentile should stay under. */
	readonly targetP99?: number;
}

export interface ScenarioContext {
	/** Empty folder for this scenario alone, removed afterwards. */
	readonly folder: string;
	/** Says on standard error how far it is. */
	readonly progress: (text: string) => void;
	readonly signal: AbortSignal;
}

/** One thing that `npm run bench` measures; a file in bench/scenarios exports one as `scenario`. */
export interface Scenario {
	readonly name: string;
	/** One sentence: what is set up and what is measured. */
	readonly description: string;
	run(context: ScenarioContext): Promise<readonly Figure[]>;
}
