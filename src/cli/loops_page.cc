// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loops_page.h"

#include "loci/base/page.h"
#include "loci/base/svg_map.h"
#include "loci/base/text.h"
#include "loci/eval/svg_chart.h"

#include <algorithm>
#include <array>
#include <limits>

namespace loci::cli {
namespace {

constexpr size_t kMostPairs = 60, kMostPoints = 4000;

std::string card(const std::string& heading, const std::string& body) {
  return "<section class=\"card\"><h2>" + heading + "</h2>" + body + "</section>";
}

std::array<double, 3> position(const TimedPose& at) { return {at.pose.x, at.pose.y, at.pose.z}; }

/// Poses as points of a plane: the two axes along which the way is longest, whichever is up.
class Plane {
 public:
  explicit Plane(const std::vector<std::optional<TimedPose>>& poses) {
    std::array<double, 3> low, high;
    low.fill(std::numeric_limits<double>::infinity());
    high.fill(-std::numeric_limits<double>::infinity());
    for (const auto& each : poses) {
      if (!each) continue;
      for (size_t axis = 0; axis < 3; ++axis) {
        low[axis] = std::min(low[axis], position(*each)[axis]);
        high[axis] = std::max(high[axis], position(*each)[axis]);
      }
    }
    const auto extent = [&](size_t axis) { return high[axis] - low[axis]; };
    size_t least = 2;
    for (const size_t axis : {size_t{1}, size_t{0}}) {
      if (extent(axis) < extent(least)) least = axis;
    }
    across_ = least == 0 ? 1 : 0;
    along_ = least == 2 ? 1 : 2;
    middle_ = {(low[across_] + high[across_]) / 2, (low[along_] + high[along_]) / 2};
    reach_m_ = std::max({extent(along_) / 2, extent(across_) / 2 * 3 / 4, 1.0});
  }
  MapOffset operator()(const TimedPose& at) const {
    return {.east_m = position(at)[across_] - middle_.east_m,
            .north_m = position(at)[along_] - middle_.north_m};
  }
  double reach_m() const { return reach_m_; }

 private:
  size_t across_ = 0, along_ = 1;
  MapOffset middle_;
  double reach_m_ = 1;
};

std::string trajectory(const LoopsRun& run) {
  if (std::ranges::none_of(run.poses, [](const auto& pose) { return pose.has_value(); })) return "";
  const Plane plane(run.poses);
  SvgMap map({.label = "the way and its loops", .width = 640, .height = 480}, plane.reach_m());
  const auto point = [&](const TimedPose& pose) {
    const MapOffset at = plane(pose);
    return format("%.1f,%.1f ", map.x(at), map.y(at));
  };
  std::string way;
  const size_t step = std::max<size_t>(1, run.poses.size() / kMostPoints);
  for (size_t i = 0; i < run.poses.size(); i += step) {
    if (run.poses[i]) way += point(*run.poses[i]);
  }
  map.add("<polyline points=\"" + way +
          "\" fill=\"none\" stroke=\"var(--soft)\" stroke-width=\"2\"/>");
  for (const Loop& loop : run.loops) {
    if (loop.match < run.first_frame) continue;
    const auto& from = run.poses[static_cast<size_t>(loop.frame - run.first_frame)];
    const auto& to = run.poses[static_cast<size_t>(loop.match - run.first_frame)];
    if (!from || !to) continue;
    const MapOffset a = plane(*from), b = plane(*to);
    map.add(
        format("<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"var(--series-1)\"/>"
               "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"var(--series-1)\"/>",
               map.x(a),
               map.y(a),
               map.x(b),
               map.y(b),
               map.x(a),
               map.y(a)));
  }
  return card("The way",
              map.finish() +
                  "<p class=\"muted\">The poses that were given; a dot for each frame that closes "
                  "a loop, joined with the frame that it matched.</p>");
}

std::string picture(const LoopsRun& run, int64_t frame) {
  const int64_t at = frame - run.first_frame;
  const bool known =
      at >= 0 && at < std::ssize(run.pictures) && !run.pictures[static_cast<size_t>(at)].empty();
  const std::string name = escape_html(run.name_of(frame));
  if (!known) return "<p class=\"muted\">" + name + "</p>";
  return "<img alt=\"" + name + "\" title=\"" + name + "\" src=\"" +
         data_url("image/jpeg", run.pictures[static_cast<size_t>(at)]) + "\">";
}

/// Pairs from all of the run, at most kMostPairs.
std::string pairs(const LoopsRun& run) {
  if (run.loops.empty() || run.pictures.empty()) return "";
  std::string tiles;
  const size_t shown = std::min(run.loops.size(), kMostPairs);
  for (size_t i = 0; i < shown; ++i) {
    const Loop& loop = run.loops[i * run.loops.size() / shown];
    tiles += "<div class=\"tile\">" + picture(run, loop.frame) + picture(run, loop.match) +
             format("<p>%lld and %lld: similarity %.2f",
                    static_cast<long long>(loop.frame),
                    static_cast<long long>(loop.match),
                    static_cast<double>(loop.similarity));
    if (loop.geometry)
      tiles += format(", %d of %d points fit", loop.geometry->inliers, loop.geometry->matched);
    tiles += "</p></div>";
  }
  const std::string heading = shown == run.loops.size()
                                  ? "Pairs of frames"
                                  : format("Pairs of frames: %zu of %zu", shown, run.loops.size());
  return card(heading, "<div class=\"tiles\">" + tiles + "</div>");
}

std::string list(const LoopsRun& run) {
  std::string rows =
      "<div class=\"scroll\"><table><tr><th>frame</th><th>shows the place of</th>"
      "<th class=\"num\">similarity</th><th class=\"num\">confidence</th></tr>";
  for (const Loop& loop : run.loops) {
    rows += "<tr><td>" + escape_html(run.name_of(loop.frame)) + "</td><td>" +
            escape_html(run.name_of(loop.match)) +
            format("</td><td class=\"num\">%.3f</td><td class=\"num\">%.5f</td></tr>",
                   static_cast<double>(loop.similarity),
                   loop.confidence);
  }
  return card("Loops", rows + "</table></div>");
}

std::string times(const LoopsRun& run) {
  std::string rows =
      "<div class=\"scroll\"><table><tr><th>part</th><th class=\"num\">median</th>"
      "<th class=\"num\">99th percentile</th></tr>";
  for (const LoopTiming& timing : loop_timings(run)) {
    rows += "<tr><td>" + escape_html(timing.part) +
            format("</td><td class=\"num\">%.2f</td><td class=\"num\">%.2f</td></tr>",
                   timing.median_ms,
                   timing.p99_ms);
  }
  return card("Milliseconds a frame", rows + "</table></div>");
}

}  // namespace

std::string loops_page(const LoopsRun& run) {
  std::string body = "<p class=\"lead\">" + escape_html(summary_text(run)) + "</p>";
  for (const std::string& line : truth_lines(run)) body += "<p>" + escape_html(line) + "</p>";
  body += trajectory(run);
  if (run.scores) {
    ChartSeries series{
        .name = run.model, .x = run.scores->curve.recall, .y = run.scores->curve.precision};
    body +=
        card("Precision and recall",
             line_chart(
                 {series},
                 {.title = "Precision over recall", .x_label = "recall", .y_label = "precision"}));
  }
  return html_page("Loops", body + pairs(run) + list(run) + times(run));
}

}  // namespace loci::cli
