// 我的首頁: the header's stock and the menu keys are all that moves.
import "./counter.js";
