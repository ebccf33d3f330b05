namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>What whoever installs a package wants of it.</summary>
/// <param name="IsDryRun">Nothing is changed: what would become of each resource is told.</param>
/// <param name="Examples">Whether the package's examples are taken, too.</param>
/// <param name="Drafts">Whether resources of status draft are taken.</param>
/// <param name="Dependencies">Whether packages that it depends on are installed before it.</param>
/// <param name="Validate">Whether each resource is held against its profiles and invariants, and refused when it has errors.</param>
/// <param name="SkipRefused">Whether the others are installed when some are refused; else nothing is.</param>
public sealed record InstallChoices(bool IsDryRun = false, bool Examples = false, bool Drafts = true, bool Dependencies = true, bool Validate = false, bool SkipRefused = false);
