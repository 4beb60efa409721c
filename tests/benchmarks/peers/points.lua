-- wrk script: ask NEAR_PATH for random points around the big cities, none asked twice.
local path = os.getenv("NEAR_PATH")
local more = os.getenv("NEAR_MORE") or ""
local cities = {{121.54, 25.05}, {121.46, 25.01}, {121.26, 24.96}, {120.67, 24.16},
                {120.22, 23.03}, {120.33, 22.65}, {121.58, 23.95}}
math.randomseed(os.time())
request = function()
  local c = cities[math.random(#cities)]
  local lon, lat = c[1] + (math.random() - .5) * .1, c[2] + (math.random() - .5) * .1
  return wrk.format("GET", string.format("%s?lon=%.6f&lat=%.6f%s", path, lon, lat, more))
end
