using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Store.Setup;

/// <summary>A search parameter of one resource type, as the database knows it.</summary>
/// <param name="Url">Canonical URL of its SearchParameter, without version.</param>
/// <param name="DefinitionHash">Changes when its type or its expression does; index rows made with another one are out of date.</param>
public sealed record SearchParameterIdentity(string ResourceType, string Code, string Url, string DefinitionHash)
{
    public static SearchParameterIdentity Of(SearchParameter parameter) =>
        new(parameter.ResourceType, parameter.Code, parameter.Url, parameter.DefinitionHash);
}

/// <summary>Whether index rows exist for a parameter.</summary>
public enum SearchParameterStatus
{
    /// <summary>Every current resource is indexed.</summary>
    Indexed,

    /// <summary>Resources from before the parameter are not indexed yet: a search by it is refused until a reindex is done.</summary>
    Pending,
}

/// <summary>The id a parameter has in index rows, the same for good.</summary>
/// <param name="Id">A multiple of 4, 4 or more: the numbers up to the next one are for rows of modifiers.</param>
public sealed record RegisteredSearchParameter(SearchParameterIdentity Identity, int Id, SearchParameterStatus Status);
