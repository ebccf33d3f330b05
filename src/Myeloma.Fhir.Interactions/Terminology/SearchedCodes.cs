using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.Members;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>The codes that <c>:in</c>, <c>:not-in</c>, <c>:below</c> and <c>:above</c> mean, by the terminology that is stored and that R4 defines. https://hl7.org/fhir/R4/search.html#modifiers</summary>
public sealed class SearchedCodes(CurrentDefinitions definitions, ResourceStore store, TerminologyLimits limits)
{
    /// <summary>The members of a set by everything committed when this is called.</summary>
    /// <exception cref="FhirException">
    /// <c>value</c>: the value set, the code system or the code is not known; <c>not-supported</c>: it is known, but its members can't be listed; <c>too-costly</c>: not with reasonable
    /// effort; <c>transient</c>: the database can't be reached.
    /// </exception>
    public async Task<CodeMembers> ListAsync(CodeSetName name, CancellationToken cancellationToken)
    {
        var catalog = await definitions.FollowTerminologyAsync(cancellationToken);
        return name switch
        {
            CodeSetName.ValueSet set => Listed(set, catalog, listing => listing.OfValueSet(set.Url, set.Version))
                ?? (set.Id is { } id && await FindAsync(id, cancellationToken) is { } stored ? Listed(set, catalog.With([stored]), listing => listing.OfValueSet(stored.Root)) : null)
                ?? throw Unknown(set.Version is null
                    ? $"The value set '{set}' is not known here; name one that is stored on this server or defined by R4, by its canonical url or as ValueSet/id."
                    : $"The value set '{set.Url}' is not known here in version '{set.Version}'; name another version, or none for the latest."),
            CodeSetName.StoredValueSet set => await FindAsync(set.Id, cancellationToken) is { } stored
                ? Listed(set, catalog.With([stored]), listing => listing.OfValueSet(stored.Root))!
                : throw Unknown($"{set} is not on this server."),
            CodeSetName.Below(var system, var code) => Branch(system, code, catalog, listing => listing.Below(system, code)),
            CodeSetName.Above(var system, var code) => Branch(system, code, catalog, listing => listing.Above(system, code)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private CodeMembers? Listed(CodeSetName set, TerminologyCatalog catalog, Func<MemberListing, CodeMembers?> list)
    {
        try
        {
            return list(new MemberListing(catalog, limits));
        }
        catch (FhirException fault)
        {
            var type = fault.Issues[0].Type == IssueType.TooCostly ? IssueType.TooCostly : IssueType.NotSupported;
            throw new FhirException(new Issue(IssueSeverity.Error, type, $"The codes of the value set '{set}' can't be listed, so that nothing can be searched by them: {fault.Message}"));
        }
    }

    private CodeMembers Branch(string system, string code, TerminologyCatalog catalog, Func<MemberListing, CodeMembers> list)
    {
        var versions = catalog.CodeSystems(system);
        if (versions.Count == 0 || versions.All(version => version.Source.Content == "not-present"))
            throw Unknown($"The concepts of the code system '{system}' are not known here, so that nothing is known of what subsumes what in it; store it as a CodeSystem with its concepts.");
        try
        {
            return list(new MemberListing(catalog, limits));
        }
        catch (FhirException fault) when (fault.Issues[0].Type == IssueType.NotFound)
        {
            throw Unknown($"The code system '{system}' has no code '{code}' here.");
        }
    }

    private async Task<ResourceDocument?> FindAsync(string id, CancellationToken cancellationToken) =>
        await store.FindAsync(new ResourceKey("ValueSet", id), cancellationToken) is { IsDeleted: false } current ? ResourceDocument.Parse(current.Body) : null;

    private static FhirException Unknown(string diagnostics) => new(Issue.Value(diagnostics));
}
