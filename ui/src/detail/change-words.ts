import type { ChangeView } from "../../../src/core/views/common.ts";
import type { IconName } from "../parts/icon.tsx";

/** What a Change does, in one word. */
export const actionWords: Readonly<Record<ChangeView["action"], string>> = {
	create: "Create",
	update: "Update",
	replace: "Replace",
	delete: "Delete",
	skip: "Skip",
	unchanged: "Unchanged",
};

/** The icon of each kind of Change. */
export const actionIcons: Readonly<Record<ChangeView["action"], IconName>> = {
	create: "plus",
	update: "pencil",
	replace: "swap",
	delete: "trash",
	skip: "minus",
	unchanged: "check",
};
