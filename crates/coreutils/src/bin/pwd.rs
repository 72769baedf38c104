use shadowbox_rt as _;

uucore::bin!(uu_pwd);
