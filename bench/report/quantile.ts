/** The value below which a share `q` (0 to 1) of the samples lies, by nearest rank; NaN for none. */
export function quantile(samples: readonly number[], q: number): number {
	const sorted = samples.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}
