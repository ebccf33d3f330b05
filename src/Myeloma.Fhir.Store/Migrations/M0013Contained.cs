using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Resources within resources, for searches that ask for them.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0013_contained")]
internal sealed class M0013Contained() : SqlMigration("0013_contained");
