import type { ReactNode } from "react";
import { parseRevision } from "../../../src/core/revision.ts";

/** A Revision by its short commit; in full on hover. */
export function RevisionView({ revision, withRef = false }: { readonly revision: string; readonly withRef?: boolean }): ReactNode {
	const parts = parseRevision(revision);
	return (
		<span title={revision} className="font-mono text-[12.5px] whitespace-nowrap">
			{parts === undefined ? revision : `${withRef ? `${parts.ref}@` : ""}${parts.commit.slice(0, 7)}`}
		</span>
	);
}
