// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/locate.h"

#include "location.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/base/version.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

namespace loci {
namespace {

constexpr float kUnchecked = 0.7071f;  // squared: 0.5
constexpr float kFurtherOff = 0.25f;

using LinksOf = std::unordered_map<int64_t, std::map<int64_t, const GroupLink*>>;

LinksOf links_of(const Grouping& grouping) {
  LinksOf links;
  for (const GroupLink& link : grouping.links) {
    links[link.first].emplace(link.second, &link);
    links[link.second].emplace(link.first, &link);
  }
  return links;
}

/// Degrees and decimal minutes: "48,51.502000N".
std::string xmp_degrees(double degrees, char positive, char negative) {
  const double size = std::fabs(degrees);
  double whole = std::floor(size), minutes = (size - whole) * 60;
  if (minutes >= 59.9999995) {
    whole += 1;
    minutes = 0;
  }
  return format("%.0f,%.6f%c", whole, minutes, degrees < 0 ? negative : positive);
}

}  // namespace

std::vector<PositionProposal> propose_positions(const std::vector<PlaceImage>& images,
                                                const Grouping& grouping) {
  std::unordered_map<int64_t, const PlaceImage*> by_id;
  for (const PlaceImage& image : images) by_id.emplace(image.id, &image);
  const LinksOf links = links_of(grouping);
  std::vector<PositionProposal> proposals;
  for (const PhotoGroup& group : grouping.groups) {
    for (const int64_t id : group.ids) {
      const auto photo = by_id.find(id);
      if (photo == by_id.end() || photo->second->position) continue;
      const auto own = links.find(id);
      int most = 1;
      if (own != links.end()) {
        for (const auto& [other, link] : own->second) most = std::max(most, link->inliers);
      }
      PositionProposal proposal{.id = id};
      std::vector<Evidence> evidence;
      for (const int64_t other : group.ids) {
        const auto at = by_id.find(other);
        if (at == by_id.end() || !at->second->position) continue;
        PositionEvidence found{.id = other};
        float weight = kFurtherOff;
        const auto* link =
            own == links.end() || !own->second.contains(other) ? nullptr : own->second.at(other);
        if (link != nullptr) {
          found.direct = true;
          found.inliers = link->inliers;
          found.score = link->score;
          weight = link->inliers > 0 ? static_cast<float>(link->inliers) / static_cast<float>(most)
                                     : kUnchecked;
        }
        evidence.push_back({.position = *at->second->position, .score = weight});
        proposal.evidence.push_back(found);
      }
      const auto location = estimate_location(evidence, 0);
      if (!location) continue;
      proposal.position = location->position;
      proposal.radius_m = location->radius_m;
      proposal.support = location->support;
      proposal.confidence = location->confidence * location->support / (location->support + 1);
      bool direct = false;
      for (PositionEvidence& e : proposal.evidence) {
        e.distance_m = distance_m(*by_id.at(e.id)->position, proposal.position);
        direct |= e.direct;
      }
      if (!direct) proposal.confidence /= 2;
      std::stable_sort(proposal.evidence.begin(),
                       proposal.evidence.end(),
                       [](const PositionEvidence& a, const PositionEvidence& b) {
                         return std::make_pair(a.direct, a.inliers) >
                                std::make_pair(b.direct, b.inliers);
                       });
      proposals.push_back(std::move(proposal));
    }
  }
  std::stable_sort(
      proposals.begin(), proposals.end(), [](const PositionProposal& a, const PositionProposal& b) {
        return a.confidence > b.confidence;
      });
  return proposals;
}

std::string xmp_of(const PositionProposal& proposal) {
  return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"loci " +
         std::string(version()) +
         "\">\n <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
         "  <rdf:Description rdf:about=\"\" xmlns:exif=\"http://ns.adobe.com/exif/1.0/\"\n"
         "   exif:GPSVersionID=\"2.3.0.0\"\n   exif:GPSLatitude=\"" +
         xmp_degrees(proposal.position.lat, 'N', 'S') + "\"\n   exif:GPSLongitude=\"" +
         xmp_degrees(proposal.position.lon, 'E', 'W') + "\"\n   exif:GPSMapDatum=\"WGS-84\"\n" +
         format("   exif:GPSHPositioningError=\"%.0f/1\"\n", std::ceil(proposal.radius_m)) +
         "   exif:GPSProcessingMethod=\"loci\"/>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket "
         "end=\"w\"?>\n";
}

Result<bool> write_sidecar(const std::string& photo, const PositionProposal& proposal) {
  const std::string path = photo + ".xmp";
  const auto there = file_info(path);
  if (!there.ok() && there.status().code() != Code::kNotFound) return there.status();
  if (there.ok()) {
    LOCI_TRY(text, read_text_file(path, uint64_t{1} << 24));
    // Of loci's own, which holds a position and nothing else: a later proposal takes its place.
    const bool own = text.find("x:xmptk=\"loci ") != std::string::npos &&
                     text.find("GPSProcessingMethod=\"loci\"") != std::string::npos;
    if (!own) return false;
  }
  LOCI_RETURN_IF_ERROR(write_file(path, xmp_of(proposal)));
  return true;
}

}  // namespace loci
