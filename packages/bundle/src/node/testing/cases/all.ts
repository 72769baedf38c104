import { attacks } from "./attacks.ts";
import type { Case } from "./case.ts";
import { history } from "./chain.ts";
import { fields } from "./fields.ts";
import { form } from "./form.ts";

/** Every way in which a registry must be refused. */
export const CASES: readonly Case[] = [...form, ...fields, ...attacks, ...history];
