// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/locate.h"

#include "loci/base/file.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(ProposePositions, TheStrongerLinkWinsAndAPhotoFurtherOffCountsLess) {
  const LatLon here{.lat = 10, .lon = 20}, there{.lat = 10.1, .lon = 20};
  const auto photo = [](int64_t id, std::optional<LatLon> position) {
    PlaceImage image;
    image.id = id;
    image.position = position;
    return image;
  };
  const std::vector<PlaceImage> images{photo(1, {}), photo(2, here), photo(3, there), photo(4, {})};
  Grouping grouping;
  grouping.groups.push_back({.ids = {1, 2, 3, 4}});
  grouping.links = {{.first = 1, .second = 2, .inliers = 100},
                    {.first = 3, .second = 1, .inliers = 20},
                    {.first = 3, .second = 4, .inliers = 50}};
  const auto proposals = propose_positions(images, grouping);
  ASSERT_EQ(proposals.size(), 2u);
  for (const PositionProposal& proposal : proposals) {
    const LatLon expected = proposal.id == 1 ? here : there;
    EXPECT_LT(distance_m(proposal.position, expected), 1);
    EXPECT_EQ(proposal.support, 1);
    EXPECT_EQ(proposal.evidence.size(), 2u);
    EXPECT_TRUE(proposal.evidence[0].direct);
  }
}

TEST(Sidecar, StatesThePositionAndReplacesNoneOfOthers) {
  const TempFolder folder;
  const std::string photo = folder / "a b.jpg";
  PositionProposal proposal;
  proposal.position = {.lat = -33.8567844, .lon = 151.2152967};
  proposal.radius_m = 14.2;
  ASSERT_TRUE(write_sidecar(photo, proposal).ok());
  const std::string text = read_text_file(photo + ".xmp").value();
  EXPECT_NE(text.find("exif:GPSLatitude=\"33,51.407064S\""), std::string::npos) << text;
  EXPECT_NE(text.find("exif:GPSLongitude=\"151,12.917802E\""), std::string::npos);
  EXPECT_NE(text.find("exif:GPSHPositioningError=\"15/1\""), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(photo));
  EXPECT_TRUE(write_sidecar(photo, proposal).value());  // its own, again
  const std::string rating = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">xmp:Rating=\"5\"</x:xmpmeta>";
  ASSERT_TRUE(write_file(photo + ".xmp", std::string_view(rating)).ok());
  EXPECT_FALSE(write_sidecar(photo, proposal).value());
  EXPECT_EQ(read_text_file(photo + ".xmp").value(), rating);
  proposal.position = {.lat = 59.99999999999, .lon = -0.00000001};
  EXPECT_NE(xmp_of(proposal).find("\"60,0.000000N\""), std::string::npos);
}

}  // namespace
}  // namespace loci
