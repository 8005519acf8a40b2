import type { ApplicationSummary } from "../../../src/core/views/application.ts";

/** The listing with one Application as it is now, or without it; the order stays that of the server, by name. */
export function replaceApplication(
	list: readonly ApplicationSummary[],
	name: string,
	now: ApplicationSummary | undefined,
): readonly ApplicationSummary[] {
	const index = list.findIndex((each) => each.name === name);
	if (now === undefined) return index < 0 ? list : list.toSpliced(index, 1);
	if (index >= 0) return list.with(index, now);
	const place = list.findIndex((each) => each.name > name);
	return list.toSpliced(place < 0 ? list.length : place, 0, now);
}
