using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>FHIR packages.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0018_packages")]
internal sealed class M0018Packages() : SqlMigration("0018_packages");
