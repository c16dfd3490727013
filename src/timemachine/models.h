// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mesh.h"
#include "plan.h"

#include "loci/base/rng.h"

#include <vector>

namespace loci::town {

/// Things of which there are many, made once and placed by the renderer. All stand on z = 0 and
/// look along +x.
enum class Foliage : uint8_t { kBare, kSparse, kFull, kCount };
constexpr int kTreeKinds = 6, kCarKinds = 8, kPersonKinds = 10;

Mesh tree_model(int kind, Foliage foliage);
Mesh car_model(int kind);
Mesh person_model(int kind);
/// Half the length of a car, metres.
float car_half_length(int kind);

/// A lamp, a bench, ... set into the mesh of its block. Trees are not: they change with the season.
void add_object(Mesh& m, const Object& o, int district);
/// Where the light of a lamp post comes from.
Vec3 lamp_light(const Object& o, int district);

/// Road surface, markings, kerbs, pavement and yard of a block.
void add_ground(Mesh& m, const TownPlan& plan, const Block& block);

}  // namespace loci::town
