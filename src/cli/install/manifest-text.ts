import { stringify } from "yaml";
import type { Manifest } from "./place.ts";

/** Objects as YAML that Kubernetes reads as it is meant: its parser takes `yes` and `0440` for something else than text. */
export function manifestText(objects: readonly Manifest[]): string {
	return objects.map((object) => stringify(object, { version: "1.1", aliasDuplicateObjects: false, lineWidth: 0 })).join("---\n");
}
