-- wrk script: ask NEAR_PATH for places near outlets (lines "lat lon" of NEAR_PLACES), moved by up
-- to a kilometre each time, so that none is asked twice.
local path, more = os.getenv("NEAR_PATH"), os.getenv("NEAR_MORE") or ""
local places = {}
for line in io.lines(os.getenv("NEAR_PLACES")) do
  local lat, lon = line:match("(%S+) (%S+)")
  places[#places + 1] = {tonumber(lat), tonumber(lon)}
end
math.randomseed(os.time())
request = function()
  local p = places[math.random(#places)]
  local lat, lon = p[1] + (math.random() - .5) * .018, p[2] + (math.random() - .5) * .02
  return wrk.format("GET", string.format("%s?lat=%.6f&lon=%.6f%s", path, lat, lon, more))
end
