// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "image_topic.h"

#include "raw_image.h"

#include "loci/base/text.h"
#include "loci/image/decode.h"

#include <string_view>

namespace loci::internal {
namespace {

bool is_raw(const BagTopic& topic) { return topic.type == "sensor_msgs/Image"; }
bool is_compressed(const BagTopic& topic) { return topic.type == "sensor_msgs/CompressedImage"; }

struct Candidate {
  BagTopic topic;
  std::string what;  ///< encoding and size
  bool readable = false;
};

std::string counted(const BagTopic& topic, const std::string& what) {
  return format("%s (%s, %lld messages)",
                printable(topic.name).c_str(),
                printable(what).c_str(),
                static_cast<long long>(topic.count));
}

/// By its first message.
Candidate look_at(Bag& bag, const BagTopic& topic) {
  Candidate out{topic, topic.type, topic.wire != Wire::kOther};
  if (!out.readable) {
    out.what += ", serialised in a way that is not read";
    return out;
  }
  const auto places = bag.places(topic);
  if (!places.ok() || places->empty()) return out;
  const auto bytes = bag.message(places->front());
  const auto message = bytes.ok() ? parse_image(topic, *bytes) : bytes.status();
  if (!message.ok()) return out;
  if (message->raw) {
    out.readable = is_readable_encoding(message->raw->encoding);
    out.what = format("%s %u x %u",
                      std::string(message->raw->encoding).c_str(),
                      message->raw->width,
                      message->raw->height);
  } else {
    const std::string_view format = message->compressed->format;
    const auto holds = [&](std::string_view word) {
      return format.find(word) != std::string_view::npos;
    };
    // Depth, and frames of a video that need those before them.
    out.readable = !holds("compressedDepth") && !holds("264") && !holds("265") && !holds("hevc");
    out.what = message->compressed->format;
  }
  return out;
}

std::string list(const std::vector<Candidate>& candidates) {
  std::string out;
  for (const Candidate& each : candidates) {
    out += (out.empty() ? "" : ", ") + counted(each.topic, each.what);
  }
  return out;
}

Status no_images(const Bag& bag) {
  std::string all;
  for (const BagTopic& topic : bag.topics()) {
    all += (all.empty() ? "" : ", ") + counted(topic, topic.type);
  }
  return corrupt(printable(bag.path()) +
                 ": a bag without images (sensor_msgs/Image or CompressedImage); topics: " +
                 (all.empty() ? "none" : all));
}

}  // namespace

Result<ImageMessage> parse_image(const BagTopic& topic, Bytes message) {
  ImageMessage out;
  if (is_raw(topic)) {
    out.raw = parse_raw_image(message, topic.wire);
  } else {
    out.compressed = parse_compressed_image(message, topic.wire);
  }
  if (!out.raw && !out.compressed) {
    return corrupt("topic " + printable(topic.name) + ": a message that ends early");
  }
  return out;
}

Result<Image> decode(const BagTopic& topic, const ImageMessage& message) {
  const std::string where = "topic " + printable(topic.name);
  if (message.compressed) return decode_image(message.compressed->data, where);
  Result<Image> image = to_image(*message.raw);
  return image.ok() ? std::move(image) : image.status().with_context(where);
}

Result<BagTopic> choose_image_topic(Bag& bag, const std::string& name) {
  std::vector<Candidate> readable, others;
  for (const BagTopic& topic : bag.topics()) {
    if (topic.count == 0 || (!is_raw(topic) && !is_compressed(topic))) continue;
    if (topic.name == name || topic.name == "/" + name) return topic;
    Candidate candidate = look_at(bag, topic);
    (candidate.readable ? readable : others).push_back(std::move(candidate));
  }
  if (readable.empty() && others.empty()) return no_images(bag);
  if (!name.empty()) {
    std::vector<Candidate> all = readable;
    all.insert(all.end(), others.begin(), others.end());
    return invalid_argument(printable(bag.path()) + ": no images on topic '" + printable(name) +
                            "'; pass --topic with one of: " + list(all));
  }
  if (readable.empty()) {
    return unsupported(printable(bag.path()) +
                       ": images of encodings that cannot be read: " + list(others));
  }
  if (readable.size() > 1) {
    return invalid_argument(
        printable(bag.path()) +
        ": several topics with images; pass --topic with one of: " + list(readable));
  }
  return readable.front().topic;
}

}  // namespace loci::internal
