// The command by the name of a module, for who imports it.
import "./shadowbox.cjs";
