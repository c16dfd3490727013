// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/geo.h"

#include "loci/base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

// UTM by Kruger's series in the third flattening n (L. Kruger, Konforme Abbildung des Erdellipsoids
// in der Ebene, 1912), coefficients to n^6 as in C. Karney, Transverse Mercator with an accuracy of
// a few nanometers, J. Geodesy 85 (2011), eqs. (35) and (36). Errors stay below a micrometre within
// a zone.
namespace loci {
namespace {

constexpr double kSemiMajorM = 6378137.0;  // WGS 84
constexpr double kFlattening = 1 / 298.257223563;
constexpr double kScale = 0.9996;
constexpr double kFalseEastM = 500000;
constexpr double kFalseNorthM = 10000000;  // of the southern hemisphere
constexpr double kDegree = std::numbers::pi / 180;
constexpr double kMeanRadiusM = 6371008.8;
constexpr double kMaxFromMeridianDeg = 60;

struct Series {
  std::array<double, 6> alpha, beta;
  double radius_m;        // k0 A: scaled rectifying radius
  double eccentricity_2;  // e^2

  Series() {
    const double n = kFlattening / (2 - kFlattening);
    const double n2 = n * n, n3 = n2 * n, n4 = n3 * n, n5 = n4 * n, n6 = n5 * n;
    alpha = {n / 2 - 2 * n2 / 3 + 5 * n3 / 16 + 41 * n4 / 180 - 127 * n5 / 288 + 7891 * n6 / 37800,
             13 * n2 / 48 - 3 * n3 / 5 + 557 * n4 / 1440 + 281 * n5 / 630 - 1983433 * n6 / 1935360,
             61 * n3 / 240 - 103 * n4 / 140 + 15061 * n5 / 26880 + 167603 * n6 / 181440,
             49561 * n4 / 161280 - 179 * n5 / 168 + 6601661 * n6 / 7257600,
             34729 * n5 / 80640 - 3418889 * n6 / 1995840,
             212378941 * n6 / 319334400};
    beta = {n / 2 - 2 * n2 / 3 + 37 * n3 / 96 - n4 / 360 - 81 * n5 / 512 + 96199 * n6 / 604800,
            n2 / 48 + n3 / 15 - 437 * n4 / 1440 + 46 * n5 / 105 - 1118711 * n6 / 3870720,
            17 * n3 / 480 - 37 * n4 / 840 - 209 * n5 / 4480 + 5569 * n6 / 90720,
            4397 * n4 / 161280 - 11 * n5 / 504 - 830251 * n6 / 7257600,
            4583 * n5 / 161280 - 108847 * n6 / 3991680,
            20648693 * n6 / 638668800};
    radius_m = kScale * kSemiMajorM / (1 + n) * (1 + n2 / 4 + n4 / 64 + n6 / 256);
    eccentricity_2 = kFlattening * (2 - kFlattening);
  }
};

const Series& series() {
  static const Series s;
  return s;
}

// (-180, 180] -> [-180, 180)
double wrap_degrees(double lon) {
  const double wrapped = std::remainder(lon, 360.0);
  return wrapped >= 180 ? wrapped - 360 : wrapped;
}

double central_meridian(int zone) { return zone * 6 - 183; }

int zone_of(double lat, double lon) {
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32;  // southern Norway
  if (lat >= 72 && lon >= 0 && lon < 42) {                       // Svalbard
    return lon < 9 ? 31 : lon < 21 ? 33 : lon < 33 ? 35 : 37;
  }
  return static_cast<int>(std::floor((lon + 180) / 6)) + 1;
}

char band_of(double lat) {
  static constexpr std::string_view kBands = "CDEFGHJKLMNPQRSTUVWXX";  // X is 12 degrees high
  return kBands[static_cast<size_t>((lat + 80) / 8)];
}

// tan of the conformal latitude from tan of the latitude, Karney eq. (7) to (9).
double conformal_tan(double tau, double e) {
  const double sigma = std::sinh(e * std::atanh(e * tau / std::hypot(1.0, tau)));
  return tau * std::hypot(1.0, sigma) - sigma * std::hypot(1.0, tau);
}

// The inverse by Newton's method, Karney eq. (19) to (21); three steps reach the last bit.
double geographic_tan(double conformal, double e2) {
  const double e = std::sqrt(e2);
  double tau = conformal / (1 - e2);
  for (int step = 0; step < 6; ++step) {
    const double reached = conformal_tan(tau, e);
    const double change = (conformal - reached) / std::hypot(1.0, reached) *
                          (1 + (1 - e2) * tau * tau) / ((1 - e2) * std::hypot(1.0, tau));
    tau += change;
    if (std::abs(change) <= 1e-15 * std::max(1.0, std::abs(tau))) break;
  }
  return tau;
}

}  // namespace

bool valid(LatLon point) {
  return std::isfinite(point.lat) && std::isfinite(point.lon) && std::abs(point.lat) <= 90 &&
         std::abs(point.lon) <= 180;
}

Result<Utm> to_utm(LatLon point, int zone) {
  if (!valid(point) || point.lat < -80 || point.lat > 84) {
    return invalid_argument(
        format("position %.6f, %.6f: UTM covers latitudes -80 to 84 and longitudes -180 to 180",
               point.lat,
               point.lon));
  }
  if (zone < 0 || zone > 60)
    return invalid_argument(format("UTM zone %d: zones are 1 to 60, or 0 to choose", zone));
  const double lon = wrap_degrees(point.lon);
  if (zone == 0) zone = zone_of(point.lat, lon);
  const double from_meridian = wrap_degrees(lon - central_meridian(zone));
  if (std::abs(from_meridian) > kMaxFromMeridianDeg) {
    return invalid_argument(format("longitude %.6f is too far from UTM zone %d", point.lon, zone));
  }

  const Series& s = series();
  const double lambda = from_meridian * kDegree;
  const double tau = conformal_tan(std::tan(point.lat * kDegree), std::sqrt(s.eccentricity_2));
  const double xi_prime = std::atan2(tau, std::cos(lambda));
  const double eta_prime = std::asinh(std::sin(lambda) / std::hypot(tau, std::cos(lambda)));
  double xi = xi_prime, eta = eta_prime;  // Karney eq. (11)
  for (size_t j = 0; j < s.alpha.size(); ++j) {
    const double k = 2.0 * static_cast<double>(j + 1);
    xi += s.alpha[j] * std::sin(k * xi_prime) * std::cosh(k * eta_prime);
    eta += s.alpha[j] * std::cos(k * xi_prime) * std::sinh(k * eta_prime);
  }
  Utm utm{.east_m = kFalseEastM + s.radius_m * eta,
          .north_m = s.radius_m * xi,
          .zone = zone,
          .band = band_of(point.lat)};
  if (point.lat < 0) utm.north_m += kFalseNorthM;
  return utm;
}

Result<LatLon> to_lat_lon(const Utm& point) {
  const bool finite = std::isfinite(point.east_m) && std::isfinite(point.north_m);
  if (!finite || point.zone < 1 || point.zone > 60 || std::abs(point.east_m - kFalseEastM) > 5e6 ||
      std::abs(point.north_m) > 1.1e7) {
    return invalid_argument(
        format("UTM %.2f east, %.2f north, zone %d is no point of the grid (zones are 1 to 60)",
               point.east_m,
               point.north_m,
               point.zone));
  }
  const Series& s = series();
  const double north_m = point.band < 'N' ? point.north_m - kFalseNorthM : point.north_m;
  const double xi = north_m / s.radius_m;
  const double eta = (point.east_m - kFalseEastM) / s.radius_m;
  double xi_prime = xi, eta_prime = eta;  // Karney eq. (15)
  for (size_t j = 0; j < s.beta.size(); ++j) {
    const double k = 2.0 * static_cast<double>(j + 1);
    xi_prime -= s.beta[j] * std::sin(k * xi) * std::cosh(k * eta);
    eta_prime -= s.beta[j] * std::cos(k * xi) * std::sinh(k * eta);
  }
  const double conformal =
      std::sin(xi_prime) / std::hypot(std::sinh(eta_prime), std::cos(xi_prime));
  const double lat = std::atan(geographic_tan(conformal, s.eccentricity_2)) / kDegree;
  const double lon = std::atan2(std::sinh(eta_prime), std::cos(xi_prime)) / kDegree;
  return LatLon{.lat = lat, .lon = wrap_degrees(lon + central_meridian(point.zone))};
}

double distance_m(LatLon a, LatLon b) {
  const double dlat = (b.lat - a.lat) * kDegree, dlon = (b.lon - a.lon) * kDegree;
  const double sin_lat = std::sin(dlat / 2), sin_lon = std::sin(dlon / 2);
  const double h =
      sin_lat * sin_lat + std::cos(a.lat * kDegree) * std::cos(b.lat * kDegree) * sin_lon * sin_lon;
  return 2 * kMeanRadiusM * std::asin(std::sqrt(std::min(1.0, h)));
}

}  // namespace loci
