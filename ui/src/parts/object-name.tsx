import type { ReactNode } from "react";
import { parseKey } from "../../../src/core/object.ts";

/** An Object by kind and name; its namespace only where that is not the Application's own. */
export function ObjectName({ objectKey, application }: { readonly objectKey: string; readonly application: string }): ReactNode {
	const { kind, namespace, name } = parseKey(objectKey);
	return (
		<span title={objectKey} className="min-w-0 [overflow-wrap:anywhere]">
			<span className="text-muted">{kind}</span>{" "}
			{namespace === "" || namespace === application ? null : <span className="text-muted">{namespace}/</span>}
			<span className="font-medium">{name}</span>
		</span>
	);
}
