using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Role groups of relationships.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0015_role_groups")]
internal sealed class M0015RoleGroups() : SqlMigration("0015_role_groups");
