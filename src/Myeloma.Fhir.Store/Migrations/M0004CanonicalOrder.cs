using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>One rule for the version that a canonical without one means.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0004_canonical_order")]
internal sealed class M0004CanonicalOrder() : SqlMigration("0004_canonical_order");
