/** Azure Container Registry, with China's and the United States government's. */
export const ACR_REGISTRY = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.azurecr\.(io|cn|us)$/;
