// Before anything that makes schemas: the content policy forbids code made from text, and zod need not try.
import { config } from "zod";

config({ jitless: true });
