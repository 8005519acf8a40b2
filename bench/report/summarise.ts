import type { Figure } from "../scenario.ts";
import { quantile } from "./quantile.ts";

/** A figure as it is reported: in JSON as it stands. */
export interface Summary {
	readonly scenario: string;
	readonly figure: string;
	readonly unit: Figure["unit"];
	readonly repetitions: number;
	readonly median: number;
	readonly p99: number;
	readonly bare?: number;
	/** Median divided by `bare`. */
	readonly ratio?: number;
	readonly target?: number;
	readonly targetP99?: number;
	/** Whether every target was met; true where there is none. */
	readonly met: boolean;
}

/** Median, 99th percentile, ratio to the bare loop, and whether the targets were met. */
export function summarise(scenario: string, figure: Figure): Summary {
	const median = quantile(figure.samples, 0.5);
	const p99 = quantile(figure.samples, 0.99);
	const ratio = figure.bare === undefined ? undefined : median / figure.bare;
	const within = (value: number, target: number | undefined): boolean => target === undefined || value <= target;
	return {
		scenario,
		figure: figure.name,
		unit: figure.unit,
		repetitions: figure.samples.length,
		median,
		p99,
		...(figure.bare === undefined ? {} : { bare: figure.bare }),
		...(ratio === undefined ? {} : { ratio }),
		...(figure.target === undefined ? {} : { target: figure.target }),
		...(figure.targetP99 === undefined ? {} : { targetP99: figure.targetP99 }),
		met: figure.samples.length > 0 && within(ratio ?? median, figure.target) && within(p99, figure.targetP99),
	};
}
